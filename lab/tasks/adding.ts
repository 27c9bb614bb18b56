/**
 * The adding problem: the sum of two marked numbers in a long sequence of numbers.
 *
 * Hochreiter & Schmidhuber (1997), "Long Short-Term Memory", section 5.4, in the form of Arjovsky, Shah & Bengio
 * (2016), "Unitary Evolution Recurrent Neural Networks", section 5.2: each entry is a number uniform in [0, 1) and a
 * marker, which is 1 at a random place in each half and 0 elsewhere. Always answering 1 has a mean squared error
 * of 1/6, the variance of the sum of two uniform numbers.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean } from 'simple-statistics';
import { randomNumbers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { GENERATED, validationBatches } from './_generated.ts';
import { head, meanOverRows } from './_model.ts';
import { checkSettings } from './_settings.ts';

/** What is best to answer where nothing is known: the mean of the sum. */
const MEAN = 1;

const FEATURES = 2;

/** The adding task: [batch, length, 2] numbers and markers in, [batch, 1] the sum out. */
export const adding = defineTask({
  id: 'adding',
  title: 'Adding two marked numbers',
  about: 'In a long sequence of numbers two are marked; at the end, answer their sum.',
  dataset: GENERATED,
  settings: { units: 64, length: 50, batch: 32 },
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
    checkSettings(settings, { length: 2 });
    const { units = 64, length = 50, batch = 32 } = settings;
    const draw = (rows: number, ...seeds: readonly number[]): Drawn => sequences(rows, length, seeds);
    const make = (rows: number, ...seeds: readonly number[]): Batch => {
      const { entries, sums } = draw(rows, ...seeds);
      return { x: tf.tensor3d(entries, [rows, length, FEATURES]), y: tf.tensor2d(sums, [rows, 1]) };
    };
    const squaredError = (answers: tf.Tensor, { y }: Batch): tf.Scalar => tf.losses.meanSquaredError(y, answers);
    return {
      baseline: errorOfTheMean(validationBatches(draw)),
      // A fresh model answers about 0, not the mean.
      trivialLoss: 1 / 6 + MEAN ** 2,
      model: (cell, seed) =>
        tf.sequential({
          layers: [cell.layer({ units, seed, returnSequences: false, inputShape: [length, FEATURES] }), head(1, seed)],
        }),
      batch: (step, seed) => make(batch, seed, step),
      loss: (model, one) => squaredError(model.apply(one.x, { training: true }) as tf.Tensor, one),
      evaluate: (model) =>
        meanOverRows(validationBatches(make), (one) => squaredError(model.apply(one.x) as tf.Tensor, one)),
    };
  },
});

interface Drawn {
  /** The numbers and markers of all rows, one row after the other. */
  readonly entries: Float32Array;
  readonly sums: Float32Array;
}

function sequences(rows: number, length: number, seeds: readonly number[]): Drawn {
  const entries = new Float32Array(rows * length * FEATURES);
  const sums = new Float32Array(rows);
  const drawn = randomNumbers(rows * (length + 2), ...seeds);
  const half = Math.floor(length / 2);
  for (let row = 0; row < rows; row += 1) {
    const u = drawn.subarray(row * (length + 2), (row + 1) * (length + 2));
    for (let time = 0; time < length; time += 1) entries[(row * length + time) * FEATURES] = u[time]!;
    const places = [Math.floor(u[length]! * half), half + Math.floor(u[length + 1]! * (length - half))];
    for (const place of places) {
      entries[(row * length + place) * FEATURES + 1] = 1;
      sums[row]! += u[place]!;
    }
  }
  return { entries, sums };
}

function errorOfTheMean(drawn: Iterable<Drawn>): number {
  return mean([...drawn].flatMap(({ sums }) => Array.from(sums, (sum) => (sum - MEAN) ** 2)));
}
