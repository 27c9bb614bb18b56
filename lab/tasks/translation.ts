/**
 * Translation, character by character, by an encoder and a decoder.
 *
 * The encoder reads the source backwards (Sutskever, Vinyals & Le, 2014, "Sequence to Sequence Learning with Neural
 * Networks", section 3.3); its last state is shown to the decoder at every step beside the character before (Cho et
 * al., 2014, "Learning Phrase Representations using RNN Encoder–Decoder", section 2.2). Both are layers of the cell that
 * is compared.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { head } from './_model.ts';
import { alphabetOf, END, lengthOf, NOTHING, pairsIn, type Alphabet, type Pair } from './_pairs.ts';
import { checkSettings } from './_settings.ts';
import { split } from './_split.ts';
import { bitsByFrequency } from './_text.ts';

const MOST_CHARACTERS = 80;
const LEAST_PAIRS = 50;
const SCORED_AT_ONCE = 100;
const SAMPLES = 8;
const BITS_PER_NAT = 1 / Math.LN2;

/** The translation task: [batch, length] characters in, [batch, length + 1] characters of the translation out. */
export const translation = defineTask({
  id: 'translation',
  title: 'Translation of phrases and dates',
  about: 'Read an English phrase or date, then write it in French, character by character.',
  dataset: {
    id: 'cldr-en-fr',
    title: 'Unicode CLDR, names of symbols in English and French, and dates',
    licence: 'Unicode-3.0',
    url: 'https://www.npmjs.com/package/cldr-annotations-full',
  },
  dataFile: 'a UTF-8 text file in which each line is a text, a tab and its translation',
  settings: { units: 64, length: 30, batch: 32 },
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
    checkSettings(settings);
    const { units = 64, length = 30, batch = 32 } = settings;
    const pairs = pairsIn(data).filter(({ source, target }) => Math.max(lengthOf(source), lengthOf(target)) <= length);
    if (pairs.length < LEAST_PAIRS) {
      throw new LabError(
        `There are ${pairs.length} different pairs of at most ${length} characters; at least ${LEAST_PAIRS} are needed.`,
      );
    }
    const { seen, unseen } = split(pairs);
    const [from, to] = [
      alphabetOf(
        seen.map(({ source }) => source),
        MOST_CHARACTERS,
      ),
      alphabetOf(
        seen.map(({ target }) => target),
        MOST_CHARACTERS,
      ),
    ];
    const [sources, targets] = [from.characters.length, to.characters.length];
    const idsOf = (some: readonly Pair[]): Int32Array =>
      Int32Array.from(some.flatMap(({ target }) => [...[...target].map(to.idOf), END]));
    const baseline = bitsByFrequency(idsOf(seen), idsOf(unseen), targets);
    const rowsOf = (some: readonly Pair[]): Batch => ({
      x: padded(
        some.map(({ source }) => [...source].map(from.idOf).reverse()),
        length,
        'before',
      ),
      y: padded(
        some.map(({ target }) => [...[...target].map(to.idOf), END]),
        length + 1,
        'after',
      ),
    });
    const logits = (model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): tf.Tensor3D => {
      const [rows = 0] = y.shape;
      const before = tf.concat([tf.fill([rows, 1], END, 'int32'), tf.slice(y, [0, 0], [rows, length])], 1);
      return model.apply([
        tf.oneHot(x as tf.Tensor2D, sources),
        tf.oneHot(before as tf.Tensor2D, targets),
      ]) as tf.Tensor3D;
    };
    /** Nats over all characters of the batch, and how many those are. */
    const costOf = (model: tf.LayersModel, { x, y }: Batch): { nats: tf.Scalar; characters: tf.Scalar } => {
      const wanted = tf.oneHot(y as tf.Tensor2D, targets);
      const nats = tf.neg(tf.sum(tf.mul(wanted, tf.logSoftmax(logits(model, x, y)))));
      return { nats: nats as tf.Scalar, characters: tf.sum(tf.cast(wanted, 'float32')) };
    };

    return {
      baseline,
      trivialLoss: Math.log2(targets),
      model(cell, seed) {
        const source = tf.input({ shape: [length, sources], name: 'source' });
        const before = tf.input({ shape: [length + 1, targets], name: 'before' });
        const encoder = cell.layer({ name: 'encoder', units, seed, returnSequences: false });
        const decoder = cell.layer({ name: 'decoder', units, seed: seed + 4, returnSequences: true });
        const read = encoder.apply(source) as tf.SymbolicTensor;
        const shown = tf.layers.repeatVector({ n: length + 1 }).apply(read) as tf.SymbolicTensor;
        const both = tf.layers.concatenate().apply([shown, before]) as tf.SymbolicTensor;
        const outputs = head(targets, seed).apply(decoder.apply(both)) as tf.SymbolicTensor;
        return tf.model({ inputs: [source, before], outputs });
      },
      batch: (step, seed) => rowsOf(randomIntegers(batch, seen.length, seed, step).map((index) => seen[index]!)),
      loss(model, one) {
        const { nats, characters } = costOf(model, one);
        return tf.div(nats, characters);
      },
      async evaluate(model) {
        let [nats, characters] = [0, 0];
        for (let at = 0; at < unseen.length; at += SCORED_AT_ONCE) {
          const one = rowsOf(unseen.slice(at, at + SCORED_AT_ONCE));
          const cost = tf.tidy(() => costOf(model, one));
          nats += (await cost.nats.data())[0] ?? NaN;
          characters += (await cost.characters.data())[0] ?? NaN;
          tf.dispose([cost, one.x, one.y]);
        }
        return (nats / characters) * BITS_PER_NAT;
      },
      async sample(model, seed) {
        const some = randomIntegers(SAMPLES, unseen.length, seed).map((index) => unseen[index]!);
        const { x, y } = rowsOf(some);
        const said: number[][] = some.map(() => []);
        for (let at = 0; at <= length; at += 1) {
          const best = tf.tidy(() => tf.argMax(logits(model, x, padded(said, length + 1, 'after')), -1));
          const answers = (await best.array()) as number[][];
          said.forEach((ids, row) => ids.push(answers[row]?.[at] ?? END));
          best.dispose();
        }
        tf.dispose([x, y]);
        return some.map((pair, row) => `${pair.source} → ${spelled(said[row] ?? [], to)} (${pair.target})`).join('\n');
      },
    };
  },
});

/** Rows of equal length, filled up with {@link NOTHING}. */
function padded(rows: readonly (readonly number[])[], length: number, side: 'before' | 'after'): tf.Tensor2D {
  const flat = new Int32Array(rows.length * length).fill(NOTHING);
  rows.forEach((ids, row) => flat.set(ids, row * length + (side === 'before' ? length - ids.length : 0)));
  return tf.tensor2d(flat, [rows.length, length], 'int32');
}

function spelled(ids: readonly number[], { characters }: Alphabet): string {
  const end = ids.indexOf(END);
  return ids
    .slice(0, end < 0 ? ids.length : end)
    .map((id) => characters[id])
    .join('');
}
