/**
 * The copying memory problem: read ten symbols, wait, then repeat them.
 *
 * Hochreiter & Schmidhuber (1997) in the form of Arjovsky, Shah & Bengio (2016), "Unitary Evolution Recurrent Neural
 * Networks", section 5.1. The ten categories are eight symbols, the blank and the marker. The input has length T + 20:
 * ten random symbols, T − 1 blanks, the marker and ten blanks. The target is T + 10 blanks followed by the ten symbols.
 * The loss is the mean cross-entropy over all T + 20 positions. A model that remembers nothing reaches
 * 10·ln 8 / (T + 20).
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomIntegers, type KeyPart } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { GENERATED, generateBatches } from './_generated.ts';
import { createModel, meanOverBatches, predictBatches } from './_model.ts';
import { parseSettings } from './_settings.ts';

const SYMBOLS = 8;
const BLANK = 8;
const MARKER = 9;
const CATEGORIES = 10;
const COPIED = 10;

const DEFAULTS = { units: 64, blank: 30, batch: 32 };

/** The copying task. Input: one-hot categories [batch, T + 20, 10]; output: a category at every position. */
export const copyMemory = defineTask({
  id: 'copy-memory',
  title: 'Copying after a delay',
  about: 'Read ten symbols. After a long blank, repeat them in order.',
  dataset: GENERATED,
  settings: DEFAULTS,
  metric: { name: 'share of symbols recalled wrongly', better: 'lower', solved: 0.01 },
  loss: { name: 'cross-entropy in nats per position', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.02,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 700,
    seed: 1,
    settings: { blank: 5 },
    target: 0.5,
  },

  prepare(_data, settings) {
    const { units, blank, batch } = parseSettings(settings, DEFAULTS);
    const length = blank + 2 * COPIED;
    const makeBatch = (rows: number, ...key: readonly KeyPart[]): Batch => generateSequences(rows, blank, key);
    /** The symbols to recall and those that are recalled, both [rows, COPIED]. */
    const copiesOf = (model: tf.LayersModel, { x, y }: Batch): [tf.Tensor, tf.Tensor] => {
      const ids = [y, tf.argMax(model.apply(x) as tf.Tensor3D, -1)];
      const copies = ids.map((one) => tf.slice(tf.cast(one, 'int32'), [0, length - COPIED], [x.shape[0]!, COPIED]));
      return copies as [tf.Tensor, tf.Tensor];
    };
    return {
      baseline: 1 - 1 / SYMBOLS,
      // An untrained model does not know that most of the output is blank.
      trivialLoss: Math.log(CATEGORIES),
      model: (cell, seed) =>
        createModel(cell, seed, { units, inputShape: [length, CATEGORIES], returnSequences: true }, CATEGORIES),
      batch: (step, seed) => makeBatch(batch, seed, 'batch', step),
      loss(model, { x, y }) {
        const logits = model.apply(x, { training: true }) as tf.Tensor;
        return tf.losses.softmaxCrossEntropy(tf.oneHot(y as tf.Tensor2D, CATEGORIES), logits) as tf.Scalar;
      },
      evaluate: (model, part) =>
        meanOverBatches(generateBatches(part, makeBatch), ({ x, y }) => {
          const [truths, predictions] = copiesOf(model, { x, y });
          return tf.mean(tf.cast(tf.notEqual(truths, predictions), 'float32'), 1);
        }),
      predict: (model) => predictBatches(generateBatches('test', makeBatch), (one) => copiesOf(model, one)),
    };
  },
});

function generateSequences(rows: number, blank: number, key: readonly KeyPart[]): Batch {
  const length = blank + 2 * COPIED;
  const input = new Float32Array(rows * length * CATEGORIES);
  const target = new Int32Array(rows * length).fill(BLANK);
  const allSymbols = randomIntegers(rows * COPIED, SYMBOLS, ...key);
  for (let row = 0; row < rows; row += 1) {
    const symbols = allSymbols.slice(row * COPIED, (row + 1) * COPIED);
    for (let time = 0; time < length; time += 1) {
      const category = symbols[time] ?? (time === COPIED + blank - 1 ? MARKER : BLANK);
      input[(row * length + time) * CATEGORIES + category] = 1;
    }
    target.set(symbols, (row + 1) * length - COPIED);
  }
  return { x: tf.tensor3d(input, [rows, length, CATEGORIES]), y: tf.tensor2d(target, [rows, length], 'int32') };
}
