import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cells } from '../../lab/cells/index.ts';
import { loadData } from '../../lab/node/data/load-data.ts';
import { deriveSeed, randomNumbers, randomIntegers } from '../../lab/random.ts';
import { rnn } from '../../lab/cells/rnn.ts';
import type { Cell } from '../../lab/cells/_cell.ts';
import type { Problem } from '../../lab/tasks/_task.ts';
import { tasks } from '../../lab/tasks/index.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('random numbers from a key', () => {
  it('depend on every part of the key and on their order', () => {
    expect(randomNumbers(3, 1, 'batch', 2)).toEqual(randomNumbers(3, 1, 'batch', 2));
    const keys = [[1, 'batch', 2], [2, 'batch', 1], [1, 'batch', 3], [1, 'sample', 2], [12, 'batch'], [1]] as const;
    expect(new Set(keys.map((key) => randomNumbers(3, ...key).join())).size).toBe(keys.length);
  });

  it('are uniform, and integers stay below their bound', () => {
    const drawn = randomIntegers(6000, 6, 7);
    for (const one of [0, 1, 2, 3, 4, 5])
      expect(Math.abs(drawn.filter((each) => each === one).length - 1000)).toBeLessThan(120);
    expect(randomNumbers(10_000, 7).every((one) => one >= 0 && one < 1)).toBe(true);
  });

  it('differ between neighbouring seeds and steps without any correlation', () => {
    const firsts = (of: (index: number) => Float32Array) => Array.from({ length: 2000 }, (_, index) => of(index)[0]!);
    for (const series of [
      firsts((seed) => randomNumbers(1, seed, 'batch', 0)),
      firsts((step) => randomNumbers(1, 1, 'batch', step)),
    ]) {
      const products = series.slice(1).map((next, index) => (next - 0.5) * (series[index]! - 0.5) * 12);
      // The standard error of the correlation is 1/√2000.
      expect(Math.abs(products.reduce((sum, one) => sum + one, 0) / products.length)).toBeLessThan(4 / Math.sqrt(2000));
    }
  });

  it('give different seeds for 100,000 keys', () => {
    const seeds = Array.from({ length: 100_000 }, (_, index) =>
      deriveSeed(index % 100, 'kernel', Math.floor(index / 100)),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed > 0)).toBe(true);
  });
});

describe('the seeds of runs', () => {
  const problemOf = async (task: (typeof tasks)[number]): Promise<Problem> =>
    task.prepare((await loadData(task, undefined)).text, { ...task.settings, units: 6 });
  /** All weights that are neither 0 nor 1, which biases and identity kernels consist of. */
  const weightsOf = (problem: Problem, cell: Cell, seed: number): number[] => {
    const model = problem.model(cell, seed);
    const weights = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
    model.dispose();
    return weights.filter((weight) => weight !== 0 && weight !== 1);
  };

  /** Counts the weights that occur more than once, except for the few that occur by chance. */
  const countRepeats = (weights: readonly number[]): number => weights.length - new Set(weights).size;

  it.each(tasks)('share no weight with one another on $id', { timeout: 60_000 }, async (task) => {
    const problem = await problemOf(task);
    // float32 numbers collide by chance about n²/2²⁵ times.
    const weights = [1, 2, 3, 4].flatMap((seed) => weightsOf(problem, rnn, seed));
    expect(countRepeats(weights)).toBeLessThan(2 + weights.length ** 2 / 2 ** 22);
    expect(countRepeats([...weights, ...weightsOf(problem, rnn, 3)])).toBeGreaterThan(weights.length / 5);
  });

  it.each(cells)('share no weight with one another in $id', async (cell) => {
    const problem = await problemOf(tasks.find(({ id }) => id === 'adding')!);
    const weights = [1, 2, 3, 4].flatMap((seed) => weightsOf(problem, cell, seed));
    expect(countRepeats(weights)).toBeLessThan(2);
  });

  it('give different batches at every step', { timeout: 60_000 }, async () => {
    for (const task of tasks) {
      const problem = await problemOf(task);
      const batches = [1, 2, 3].flatMap((seed) =>
        [0, 1, 7919, 7920].map((step) => {
          const { x, y } = problem.batch(step, seed);
          const text = x.dataSync().join();
          tf.dispose([x, y]);
          return text;
        }),
      );
      expect(new Set(batches).size, task.id).toBe(batches.length);
    }
  });
});
