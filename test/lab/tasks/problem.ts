import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { rnn } from '../../../lab/cells/rnn.ts';
import type { Cell } from '../../../lab/cells/_cell.ts';
import type { Prediction, Problem } from '../../../lab/tasks/_task.ts';

/** The share of predictions that are right. */
export function shareRight(rows: readonly Prediction[]): number {
  return rows.filter(({ truth, prediction }) => truth === prediction).length / rows.length;
}

/** The mean of the squared errors of predicted numbers. */
export function meanSquare(rows: readonly Prediction[]): number {
  return rows.reduce((sum, { truth, prediction }) => sum + (Number(truth) - Number(prediction)) ** 2, 0) / rows.length;
}

/**
 * Defines the tests that every problem must pass.
 *
 * @param scoreOf computes the score from the predictions, for problems that predict
 */
export function describeProblem(
  problem: Problem,
  shapes: { readonly x: number[]; readonly y: number[] },
  scoreOf?: (rows: readonly Prediction[]) => number,
): void {
  it.runIf(scoreOf)('predicts the examples that it scores, and leaks no tensor', async () => {
    const model = problem.model(rnn, 1);
    const { value } = await problem.evaluate(model, 'test');
    const before = tf.memory().numTensors;
    const rows = (await problem.predict?.(model)) ?? [];
    expect(tf.memory().numTensors).toBe(before);
    expect(scoreOf?.(rows)).toBeCloseTo(value, 4);
  });

  it('creates batches of the declared shapes', () => {
    const { x, y } = problem.batch(0, 1);
    expect({ x: x.shape, y: y.shape }).toEqual(shapes);
  });

  it('creates the same batch for the same step and seed, and different ones otherwise', () => {
    const batch = (step: number, seed: number): string => {
      const { x, y } = problem.batch(step, seed);
      return `${x.dataSync().join()} ${y.dataSync().join()}`;
    };
    expect(batch(4, 1)).toBe(batch(4, 1));
    expect(new Set([batch(4, 1), batch(5, 1), batch(4, 2), batch(1, 5)]).size).toBe(4);
  });

  it('creates the same model for the same seed, and different ones otherwise', () => {
    const weights = (seed: number): string =>
      problem
        .model(rnn, seed)
        .getWeights()
        .map((weight) => weight.dataSync().join())
        .join();
    expect(weights(1)).toBe(weights(1));
    expect(weights(2)).not.toBe(weights(1));
  });

  it('evaluates a model to the same score each time and leaks no tensor', async () => {
    const model = problem.model(rnn, 1);
    const scores = async () => [await problem.evaluate(model, 'validation'), await problem.evaluate(model, 'test')];
    const first = await scores();
    const before = tf.memory().numTensors;
    expect(await scores()).toEqual(first);
    for (const { value, standardError } of first) {
      expect(Number.isFinite(value)).toBe(true);
      expect(standardError).toBeGreaterThanOrEqual(0);
    }
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

/** Creates a model whose weights are all 0. */
export function createZeroModel(problem: Problem, cell: Cell): tf.LayersModel {
  const model = problem.model(cell, 1);
  model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
  return model;
}

/** Converts a matrix of integers to rows. */
export function toRows(matrix: tf.Tensor): number[][] {
  return matrix.arraySync() as number[][];
}
