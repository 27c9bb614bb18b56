/**
 * The adding problem: return the sum of two marked numbers in a long sequence.
 *
 * Hochreiter & Schmidhuber (1997), "Long Short-Term Memory", section 5.4, in the form of Arjovsky, Shah & Bengio
 * (2016), "Unitary Evolution Recurrent Neural Networks", section 5.2: each entry is a number uniform in [0, 1) and a
 * marker, which is 1 at a random position in each half and 0 elsewhere. Always predicting 1 has a mean squared error
 * of 1/6, the variance of the sum of two uniform numbers.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean } from 'simple-statistics';
import { randomNumbers, type KeyPart } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { GENERATED, generateBatches } from './_generated.ts';
import { createModel, meanOverBatches, predictBatches } from './_model.ts';
import { parseSettings } from './_settings.ts';

/** The mean of the sum, which is the best constant prediction. */
const MEAN_SUM = 1;

const FEATURES = 2;

const DEFAULTS = { units: 64, length: 50, batch: 32 };

/** The adding task. Input: numbers and markers [batch, length, 2]; output: the sum [batch, 1]. */
export const adding = defineTask({
  id: 'adding',
  title: 'Adding two marked numbers',
  about: 'Two numbers in a long sequence are marked. At the end, return their sum.',
  dataset: GENERATED,
  settings: DEFAULTS,
  metric: { name: 'mean squared error', better: 'lower', solved: 0.01 },
  loss: { name: 'mean squared error', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.01,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 400,
    seed: 1,
    settings: { units: 32, length: 30 },
    target: 0.01,
  },

  prepare(_data, settings) {
    const { units, length, batch } = parseSettings(settings, DEFAULTS, { minimums: { length: 2 } });
    const generate = (rows: number, ...key: readonly KeyPart[]): Sequences => generateSequences(rows, length, key);
    const makeBatch = (rows: number, ...key: readonly KeyPart[]): Batch => {
      const { entries, sums } = generate(rows, ...key);
      return { x: tf.tensor3d(entries, [rows, length, FEATURES]), y: tf.tensor2d(sums, [rows, 1]) };
    };
    return {
      baseline: errorOfMean(generateBatches('test', generate)),
      // An untrained model predicts about 0, not the mean.
      trivialLoss: 1 / 6 + MEAN_SUM ** 2,
      model: (cell, seed) =>
        createModel(cell, seed, { units, inputShape: [length, FEATURES], returnSequences: false }, 1),
      batch: (step, seed) => makeBatch(batch, seed, 'batch', step),
      loss: (model, { x, y }) => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor),
      evaluate: (model, part) =>
        meanOverBatches(generateBatches(part, makeBatch), ({ x, y }) =>
          tf.sum(tf.squaredDifference(y, model.apply(x) as tf.Tensor), 1),
        ),
      predict: (model) =>
        predictBatches(generateBatches('test', makeBatch), ({ x, y }) => [
          tf.squeeze(y, [1]),
          tf.squeeze(model.apply(x) as tf.Tensor, [1]),
        ]),
    };
  },
});

interface Sequences {
  /** The numbers and markers of all rows, row by row. */
  readonly entries: Float32Array;
  readonly sums: Float32Array;
}

function generateSequences(rows: number, length: number, key: readonly KeyPart[]): Sequences {
  const entries = new Float32Array(rows * length * FEATURES);
  const sums = new Float32Array(rows);
  const numbers = randomNumbers(rows * (length + 2), ...key);
  const half = Math.floor(length / 2);
  for (let row = 0; row < rows; row += 1) {
    const u = numbers.subarray(row * (length + 2), (row + 1) * (length + 2));
    for (let time = 0; time < length; time += 1) entries[(row * length + time) * FEATURES] = u[time]!;
    const positions = [Math.floor(u[length]! * half), half + Math.floor(u[length + 1]! * (length - half))];
    for (const position of positions) {
      entries[(row * length + position) * FEATURES + 1] = 1;
      sums[row]! += u[position]!;
    }
  }
  return { entries, sums };
}

function errorOfMean(batches: Iterable<Sequences>): number {
  return mean([...batches].flatMap(({ sums }) => Array.from(sums, (sum) => (sum - MEAN_SUM) ** 2)));
}
