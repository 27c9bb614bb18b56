/**
 * Character-level translation with an encoder and a decoder.
 *
 * The encoder reads the source backwards (Sutskever, Vinyals & Le, 2014, "Sequence to Sequence Learning with Neural
 * Networks", section 3.3); the decoder receives its last state at every step, together with the previous character
 * (Cho et al., 2014, "Learning Phrase Representations using RNN Encoder–Decoder", section 2.2). Both layers are of the
 * cell under test.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { LabError } from '../errors.ts';
import { deriveSeed, randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { createOutputLayer, ratioOfSums } from './_model.ts';
import {
  createAlphabet,
  measureAlphabetCoverage,
  END,
  countCharacters,
  NO_CHARACTER,
  parsePairs,
  type Alphabet,
  type Pair,
} from './_pairs.ts';
import { createDataReport, sizesOf } from './_data-report.ts';
import { parseSettings } from './_settings.ts';
import { splitByKeys, takeScored, type Split } from './_split.ts';
import { unigramBitsPerCharacter } from './_text.ts';
import { toBatches } from './_classification.ts';

const MIN_PAIRS = 50;

/** The smallest share of the pairs in each held-out part; usually it is 15 %. */
const MIN_HELD_OUT = 0.05;

const SAMPLES = 8;
const BITS_PER_NAT = 1 / Math.LN2;

const DEFAULTS = { units: 64, length: 30, batch: 32, alphabet: 80, scored: 5000, source: '', target: '' };

/** The translation task. Input: characters [batch, length]; output: their translation [batch, length + 1]. */
export const translation = defineTask({
  id: 'translation',
  title: 'Translation of phrases and dates',
  about: 'Read an English phrase or date, then write it in French character by character.',
  dataset: {
    id: 'cldr-en-fr',
    title: 'Unicode CLDR, names of symbols in English and French, and dates',
    licence: 'Unicode-3.0',
    url: 'https://www.npmjs.com/package/cldr-annotations-full',
  },
  dataFile: 'a text file in which each line is a text, a tab and its translation',
  settings: DEFAULTS,
  metric: { name: 'bits per character', better: 'lower' },
  loss: { name: 'bits per character', perTrained: BITS_PER_NAT },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.01,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 250,
    seed: 1,
    target: 2.5,
  },

  prepare(data, settings) {
    const { units, length, batch, alphabet: maxSize, scored, source, target } = parseSettings(settings, DEFAULTS);
    const { pairs: all, read } = parsePairs(data, { source, target });
    const lengthOf = (pair: Pair): number => Math.max(countCharacters(pair.source), countCharacters(pair.target));
    const pairs = all.filter((pair) => lengthOf(pair) <= length);
    if (pairs.length < MIN_PAIRS) {
      const advice = all.length < MIN_PAIRS ? 'Use a longer file' : 'Set a larger length';
      throw new LabError(
        `The file has ${pairs.length} different pairs of at most ${length} characters. At least ${MIN_PAIRS} are required. ${advice}.`,
      );
    }
    const parts = splitPairs(pairs);
    const { training, test } = parts;
    const held = takeScored(parts, scored);
    const from = createAlphabet(
      training.map((pair) => pair.source),
      maxSize,
    );
    const to = createAlphabet(
      training.map((pair) => pair.target),
      maxSize,
    );
    const [sources, targets] = [from.characters.length, to.characters.length];
    const idsOf = (some: readonly Pair[]): Int32Array =>
      Int32Array.from(some.flatMap(({ target }) => [...[...target].map(to.idOf), END]));
    const baseline = unigramBitsPerCharacter(idsOf(training), idsOf(held.test), targets);
    const toBatch = (some: readonly Pair[]): Batch => ({
      x: padRows(
        some.map(({ source }) => [...source].map(from.idOf).reverse()),
        length,
        'before',
      ),
      y: padRows(
        some.map(({ target }) => [...[...target].map(to.idOf), END]),
        length + 1,
        'after',
      ),
    });
    const logits = (model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): tf.Tensor3D => {
      const [rows = 0] = y.shape;
      const previous = tf.concat([tf.fill([rows, 1], END, 'int32'), tf.slice(y, [0, 0], [rows, length])], 1);
      return model.apply([
        tf.oneHot(x as tf.Tensor2D, sources),
        tf.oneHot(previous as tf.Tensor2D, targets),
      ]) as tf.Tensor3D;
    };
    /** The cross-entropy of each row in nats, and its number of characters, both [batch]. */
    const costOf = (model: tf.LayersModel, { x, y }: Batch): { nats: tf.Tensor; characters: tf.Tensor } => {
      const oneHotTargets = tf.oneHot(y as tf.Tensor2D, targets);
      const nats = tf.neg(tf.sum(tf.mul(oneHotTargets, tf.logSoftmax(logits(model, x, y))), [1, 2]));
      return { nats, characters: tf.sum(tf.cast(oneHotTargets, 'float32'), [1, 2]) };
    };

    return {
      baseline,
      trivialLoss: Math.log2(targets),
      dataReport: createDataReport({
        unit: 'pairs',
        read,
        dropped: [
          { what: 'were dropped: duplicates', count: read - all.length },
          {
            what: `were dropped: longer than ${length} characters`,
            count: all.length - pairs.length,
            advice: `Set length=${all.reduce((most, pair) => Math.max(most, lengthOf(pair)), 0)} to keep all.`,
          },
        ],
        changed: [],
        partUnit: 'pairs',
        parts: sizesOf(parts),
        scored: { validation: held.validation.length, test: held.test.length },
        coverage: [
          { text: test.map((pair) => pair.source).join(''), alphabet: from, of: 'source characters' },
          { text: test.map((pair) => pair.target).join(''), alphabet: to, of: 'target characters' },
        ].map(({ text, alphabet, of }) => ({
          of,
          size: alphabet.characters.length - 2,
          share: measureAlphabetCoverage(text, alphabet),
          warnBelow: 0.99,
          advice: 'Set a larger alphabet.',
        })),
      }),
      model(cell, seed) {
        const source = tf.input({ shape: [length, sources], name: 'source' });
        const previous = tf.input({ shape: [length + 1, targets], name: 'before' });
        const encoder = cell.layer({
          name: 'encoder',
          units,
          seed: deriveSeed(seed, 'encoder'),
          returnSequences: false,
        });
        const decoder = cell.layer({
          name: 'decoder',
          units,
          seed: deriveSeed(seed, 'decoder'),
          returnSequences: true,
        });
        const encoded = encoder.apply(source) as tf.SymbolicTensor;
        const repeated = tf.layers.repeatVector({ n: length + 1 }).apply(encoded) as tf.SymbolicTensor;
        const inputs = tf.layers.concatenate().apply([repeated, previous]) as tf.SymbolicTensor;
        const outputs = createOutputLayer(targets, seed).apply(decoder.apply(inputs)) as tf.SymbolicTensor;
        return tf.model({ inputs: [source, previous], outputs });
      },
      batch: (step, seed) =>
        toBatch(randomIntegers(batch, training.length, seed, 'batch', step).map((index) => training[index]!)),
      loss(model, one) {
        const { nats, characters } = costOf(model, one);
        return tf.div(tf.sum(nats), tf.sum(characters));
      },
      async evaluate(model, part) {
        const rows: { readonly nats: number; readonly characters: number }[] = [];
        for (const one of toBatches(held[part], toBatch)) {
          const cost = tf.tidy(() => costOf(model, one));
          const characters = await cost.characters.data();
          (await cost.nats.data()).forEach((nats, row) => rows.push({ nats, characters: characters[row]! }));
          tf.dispose([cost, one.x, one.y]);
        }
        return ratioOfSums(rows.map(({ nats, characters }) => [nats * BITS_PER_NAT, characters]));
      },
      async sample(model, seed) {
        const pairs = randomIntegers(SAMPLES, test.length, seed, 'sample').map((index) => test[index]!);
        const { x, y } = toBatch(pairs);
        const outputs: number[][] = pairs.map(() => []);
        for (let step = 0; step <= length; step += 1) {
          const best = tf.tidy(() => tf.argMax(logits(model, x, padRows(outputs, length + 1, 'after')), -1));
          const predictions = (await best.array()) as number[][];
          outputs.forEach((ids, row) => ids.push(predictions[row]?.[step] ?? END));
          best.dispose();
        }
        tf.dispose([x, y]);
        return pairs
          .map((pair, row) => `${pair.source} → ${decodeCharacters(outputs[row] ?? [], to)} (${pair.target})`)
          .join('\n');
      },
    };
  },
});

/** Splits pairs so that no source and no target of one part occurs in another, ignoring case. */
export function splitPairs(pairs: readonly Pair[]): Split<Pair> {
  const split = splitByKeys(pairs, ({ source, target }) => [
    `source ${source.toLowerCase()}`,
    `target ${target.toLowerCase()}`,
  ]);
  if (Math.min(split.validation.length, split.test.length) >= MIN_HELD_OUT * pairs.length) return split;
  throw new LabError(
    'Almost all pairs share a source or a target with another, so too few can be held out. Use pairs that are more varied.',
  );
}

/** Pads rows to equal length with {@link NO_CHARACTER}. */
function padRows(rows: readonly (readonly number[])[], length: number, side: 'before' | 'after'): tf.Tensor2D {
  const flat = new Int32Array(rows.length * length).fill(NO_CHARACTER);
  rows.forEach((ids, row) => flat.set(ids, row * length + (side === 'before' ? length - ids.length : 0)));
  return tf.tensor2d(flat, [rows.length, length], 'int32');
}

function decodeCharacters(ids: readonly number[], { characters }: Alphabet): string {
  const end = ids.indexOf(END);
  return ids
    .slice(0, end < 0 ? ids.length : end)
    .map((id) => characters[id])
    .join('');
}
