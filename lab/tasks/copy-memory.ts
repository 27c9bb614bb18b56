/**
 * The copying memory problem: ten symbols, a long wait, then say the ten again.
 *
 * Hochreiter & Schmidhuber (1997) in the form of Arjovsky, Shah & Bengio (2016), "Unitary Evolution Recurrent Neural
 * Networks", section 5.1. Of ten categories, eight are to be remembered, one is the blank and one the marker. The
 * input, T + 20 long, is ten symbols drawn from the eight, T − 1 blanks, the marker, ten blanks. The wanted output is
 * T + 10 blanks, then the ten symbols. The loss is the mean cross-entropy over all T + 20 places; without memory it is
 * 10·ln 8 / (T + 20).
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { GENERATED, validationBatches } from './_generated.ts';
import { head, meanOverRows } from './_model.ts';
import { checkSettings } from './_settings.ts';

const SYMBOLS = 8;
const BLANK = 8;
const MARKER = 9;
const CATEGORIES = 10;
const REMEMBERED = 10;

/** The copying task: [batch, T + 20, 10] one-hot categories in, a category at every place out. */
export const copyMemory = defineTask({
  id: 'copy-memory',
  title: 'Copying after a wait',
  about: 'Ten symbols come first; after a long blank, repeat them in order.',
  dataset: GENERATED,
  settings: { units: 64, blank: 30, batch: 32 },
  metric: { name: 'share of symbols recalled wrongly', better: 'lower', solved: 0.01 },
  loss: { name: 'cross-entropy in nats per place', perTrained: 1 },
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
    checkSettings(settings);
    const { units = 64, blank = 30, batch = 32 } = settings;
    const length = blank + 2 * REMEMBERED;
    const make = (rows: number, ...seeds: readonly number[]): Batch => sequences(rows, blank, seeds);
    return {
      baseline: 1 - 1 / SYMBOLS,
      // A fresh model does not yet know that most of the output is blank.
      trivialLoss: Math.log(CATEGORIES),
      model: (cell, seed) =>
        tf.sequential({
          layers: [
            cell.layer({ units, seed, returnSequences: true, inputShape: [length, CATEGORIES] }),
            head(CATEGORIES, seed),
          ],
        }),
      batch: (step, seed) => make(batch, seed, step),
      loss(model, { x, y }) {
        const logits = model.apply(x, { training: true }) as tf.Tensor;
        return tf.losses.softmaxCrossEntropy(tf.oneHot(y as tf.Tensor2D, CATEGORIES), logits) as tf.Scalar;
      },
      evaluate: (model) =>
        meanOverRows(validationBatches(make), ({ x, y }) => {
          const rows = x.shape[0] as number;
          const answers = tf.argMax(model.apply(x) as tf.Tensor3D, -1);
          const asked = [0, length - REMEMBERED];
          const recalled = [answers, y].map((one) => tf.slice(tf.cast(one, 'int32'), asked, [rows, REMEMBERED]));
          return tf.mean(tf.cast(tf.notEqual(recalled[0]!, recalled[1]!), 'float32'));
        }),
    };
  },
});

function sequences(rows: number, blank: number, seeds: readonly number[]): Batch {
  const length = blank + 2 * REMEMBERED;
  const input = new Float32Array(rows * length * CATEGORIES);
  const wanted = new Int32Array(rows * length).fill(BLANK);
  const drawn = randomIntegers(rows * REMEMBERED, SYMBOLS, ...seeds);
  for (let row = 0; row < rows; row += 1) {
    const symbols = drawn.slice(row * REMEMBERED, (row + 1) * REMEMBERED);
    for (let time = 0; time < length; time += 1) {
      const category = symbols[time] ?? (time === REMEMBERED + blank - 1 ? MARKER : BLANK);
      input[(row * length + time) * CATEGORIES + category] = 1;
    }
    wanted.set(symbols, (row + 1) * length - REMEMBERED);
  }
  return { x: tf.tensor3d(input, [rows, length, CATEGORIES]), y: tf.tensor2d(wanted, [rows, length], 'int32') };
}
