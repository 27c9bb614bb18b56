import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { rnn } from '../../../lab/cells/rnn.ts';
import type { Cell } from '../../../lab/cells/_cell.ts';
import type { Problem } from '../../../lab/tasks/_task.ts';

/** What every problem owes, whatever it is about. */
export function itIsAProblem(problem: Problem, shapes: { readonly x: number[]; readonly y: number[] }): void {
  it('has batches of the promised shapes', () => {
    const { x, y } = problem.batch(0, 1);
    expect({ x: x.shape, y: y.shape }).toEqual(shapes);
  });

  it('gives the same batch to the same step and seed, and another to another', () => {
    const batch = (step: number, seed: number): string => {
      const { x, y } = problem.batch(step, seed);
      return `${x.dataSync().join()} ${y.dataSync().join()}`;
    };
    expect(batch(4, 1)).toBe(batch(4, 1));
    expect(new Set([batch(4, 1), batch(5, 1), batch(4, 2), batch(1, 5)]).size).toBe(4);
  });

  it('makes the same model for the same seed, and another for another', () => {
    const weights = (seed: number): string =>
      problem
        .model(rnn, seed)
        .getWeights()
        .map((weight) => weight.dataSync().join())
        .join();
    expect(weights(1)).toBe(weights(1));
    expect(weights(2)).not.toBe(weights(1));
  });

  it('scores a model the same each time, and leaves no tensor behind', async () => {
    const model = problem.model(rnn, 1);
    const first = await problem.evaluate(model);
    const before = tf.memory().numTensors;
    expect(await problem.evaluate(model)).toBe(first);
    expect(Number.isFinite(first)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has a gradient for every variable', () => {
    const model = problem.model(rnn, 1);
    const batch = problem.batch(0, 1);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => problem.loss(model, batch), variables);
    expect(Object.keys(grads).sort()).toEqual(variables.map(({ name }) => name).sort());
    for (const gradient of Object.values(grads)) {
      expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
      expect(gradient.dataSync().some((one) => one !== 0)).toBe(true);
    }
  });
}

/** A model whose weights are all 0, which has learned nothing. */
export function answeringZero(problem: Problem, cell: Cell): tf.LayersModel {
  const model = problem.model(cell, 1);
  model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
  return model;
}

/** The rows of a matrix of whole numbers. */
export function asLists(matrix: tf.Tensor): number[][] {
  return matrix.arraySync() as number[][];
}
