/**
 * The temporal order problem: recognize two symbols, far apart among distractors, and their order.
 *
 * Hochreiter & Schmidhuber (1997), "Long Short-Term Memory", section 5.6, task 6a, in the form of Pascanu, Mikolov &
 * Bengio (2013), "On the difficulty of training recurrent neural networks", section 4.1.1: all entries but
 * two are uniform among the distractors c, d, e and f. The two are each A or B, one at a random position in
 * [T/10, 2T/10) and one in [5T/10, 6T/10), as in the code published with that paper and close to the positions of 1997.
 * The class is the pair: AA, AB, BA or BB.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomNumbers, type KeyPart } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { measureAccuracy, predictClasses, createCrossEntropyLoss } from './_classification.ts';
import { GENERATED, generateBatches } from './_generated.ts';
import { createModel } from './_model.ts';
import { parseSettings } from './_settings.ts';

/** A, B, then the distractors. */
const SYMBOLS = 6;
const DISTRACTORS = 4;
const CLASSES = 4;

const DEFAULTS = { units: 50, length: 50, batch: 20 };

/** The temporal order task. Input: one-hot symbols [batch, length, 6]; output: one of four classes. */
export const temporalOrder = defineTask({
  id: 'temporal-order',
  title: 'Temporal order of two symbols',
  about: 'Two symbols are far apart among distractors. At the end, name them in order.',
  dataset: GENERATED,
  settings: DEFAULTS,
  metric: { name: 'share of sequences wrong', better: 'lower', solved: 0.01 },
  loss: { name: 'cross-entropy in nats', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.01,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 300,
    seed: 1,
    settings: { length: 30 },
    target: 0.01,
  },

  prepare(_data, settings) {
    const { units, length, batch } = parseSettings(settings, DEFAULTS, { minimums: { length: 10 } });
    const makeBatch = (rows: number, ...key: readonly KeyPart[]): Batch => generateSequences(rows, length, key);
    return {
      baseline: 1 - 1 / CLASSES,
      trivialLoss: Math.log(CLASSES),
      model: (cell, seed) =>
        createModel(cell, seed, { units, inputShape: [length, SYMBOLS], returnSequences: false }, CLASSES),
      batch: (step, seed) => makeBatch(batch, seed, 'batch', step),
      loss: createCrossEntropyLoss(CLASSES),
      async evaluate(model, part) {
        const { value, standardError } = await measureAccuracy(model, generateBatches(part, makeBatch));
        return { value: 1 - value, standardError };
      },
      predict: (model) => predictClasses(model, generateBatches('test', makeBatch)),
    };
  },
});

function generateSequences(rows: number, length: number, key: readonly KeyPart[]): Batch {
  const symbols = new Float32Array(rows * length * SYMBOLS);
  const classes = new Int32Array(rows);
  const numbers = randomNumbers(rows * (length + 4), ...key);
  const withinTenth = (u: number, tenth: number): number => {
    const [low, high] = [Math.ceil((tenth * length) / 10), Math.ceil(((tenth + 1) * length) / 10)];
    return low + Math.floor(u * (high - low));
  };
  for (let row = 0; row < rows; row += 1) {
    const u = numbers.subarray(row * (length + 4), (row + 1) * (length + 4));
    const [first = 0, second = 0, firstPosition = 0, secondPosition = 0] = u.subarray(length);
    const sequence = Int32Array.from(u.subarray(0, length), (value) => 2 + Math.floor(value * DISTRACTORS));
    const pair = [Math.floor(first * 2), Math.floor(second * 2)] as const;
    sequence[withinTenth(firstPosition, 1)] = pair[0];
    sequence[withinTenth(secondPosition, 5)] = pair[1];
    sequence.forEach((symbol, time) => (symbols[(row * length + time) * SYMBOLS + symbol] = 1));
    classes[row] = 2 * pair[0] + pair[1];
  }
  return { x: tf.tensor3d(symbols, [rows, length, SYMBOLS]), y: tf.tensor1d(classes, 'int32') };
}
