/**
 * Isolated spoken words: which one was said?
 *
 * Thirteen mel-frequency cepstral coefficients (Davis & Mermelstein, 1980) every 16 ms. Without recordings the words are
 * synthetic vowels; the Free Spoken Digit Dataset can be given as it is unpacked. Speakers who are scored are not
 * trained on.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean, standardDeviation } from 'simple-statistics';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { accuracy, batchesOf, classLoss, majorityShare } from './_classification.ts';
import { COEFFICIENTS, mfcc } from './_mfcc.ts';
import { head } from './_model.ts';
import { recordingsIn, type Recording } from './_recordings.ts';
import { checkSettings } from './_settings.ts';
import { split } from './_split.ts';
import { vowels } from './_vowels.ts';

interface Word {
  readonly label: number;
  /** Frames, each of so many coefficients. */
  readonly frames: readonly (readonly number[])[];
}

/** The speech task: [batch, frames, 13] coefficients in, one of the words out. */
export const speech = defineTask({
  id: 'speech',
  title: 'Spoken words',
  about: 'Listen to a word, frame by frame; at its end, say which it was.',
  dataset: {
    id: 'vowels',
    title: 'ten vowels of ten speakers, by formant synthesis',
    licence: 'none needed',
    url: 'https://doi.org/10.1121/1.383940',
  },
  dataFile: 'a folder of WAV files named {label}_{speaker}_{take}.wav, such as the Free Spoken Digit Dataset',
  dataKind: 'recordings',
  settings: { units: 48, frames: 40, batch: 32, bySpeaker: 1 },
  metric: { name: 'share of words right', better: 'higher' },
  loss: { name: 'cross-entropy in nats', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.01,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 60,
    seed: 1,
    target: 0.9,
  },

  prepare(data, settings) {
    checkSettings(settings, { bySpeaker: 0 });
    const { units = 48, frames = 40, batch = 32, bySpeaker = 1 } = settings;
    const { sampleRate, recordings } = data === '' ? vowels() : recordingsIn(data);
    const labels = [...new Set(recordings.map(({ label }) => label))].sort();
    if (labels.length < 2) throw new LabError(`Every recording says \`${labels[0] ?? ''}\`; two words are needed.`);
    const parts = apart(recordings, bySpeaker > 0);
    const wordOf = ({ label, samples }: Recording): Word => ({
      label: labels.indexOf(label),
      frames: mfcc(samples, sampleRate, frames),
    });
    const [seen, unseen] = [parts.seen.map(wordOf), parts.unseen.map(wordOf)];
    const scale = scaleOf(seen);
    const rowsOf = (words: readonly Word[]): Batch => {
      const x = new Float32Array(words.length * frames * COEFFICIENTS);
      // Words end together, so that what was heard last is not forgotten over silence.
      words.forEach((word, row) => {
        const first = (row + 1) * frames - word.frames.length;
        word.frames.forEach((frame, index) => x.set(scale(frame), (first + index) * COEFFICIENTS));
      });
      const y = Int32Array.from(words, ({ label }) => label);
      return { x: tf.tensor3d(x, [words.length, frames, COEFFICIENTS]), y: tf.tensor1d(y, 'int32') };
    };
    return {
      baseline: majorityShare(seen, unseen),
      trivialLoss: Math.log(labels.length),
      model: (cell, seed) =>
        tf.sequential({
          layers: [
            cell.layer({ units, seed, returnSequences: false, inputShape: [frames, COEFFICIENTS] }),
            head(labels.length, seed),
          ],
        }),
      batch: (step, seed) => rowsOf(randomIntegers(batch, seen.length, seed, step).map((index) => seen[index]!)),
      loss: classLoss(labels.length),
      evaluate: (model) => accuracy(model, batchesOf(unseen, rowsOf)),
    };
  },
});

/** Recordings to train on and recordings to be scored on, by speakers or, where there is only one, by takes. */
export function apart(
  recordings: readonly Recording[],
  bySpeaker: boolean,
): { readonly seen: Recording[]; readonly unseen: Recording[] } {
  const speakers = new Set(recordings.map(({ speaker }) => speaker));
  const groupOf = (one: Recording): string => (bySpeaker && speakers.size > 1 ? one.speaker : one.take);
  const groups = [...new Set(recordings.map(groupOf))].sort();
  if (groups.length < 2) {
    throw new LabError('There is only one take; a second, or a second speaker, is needed to be scored on.');
  }
  const trained = new Set(split(groups).seen);
  return {
    seen: recordings.filter((one) => trained.has(groupOf(one))),
    unseen: recordings.filter((one) => !trained.has(groupOf(one))),
  };
}

/** What gives every coefficient mean 0 and standard deviation 1 over the words that are trained on. */
function scaleOf(words: readonly Word[]): (frame: readonly number[]) => number[] {
  const frames = words.flatMap((word) => word.frames);
  const facts = Array.from({ length: COEFFICIENTS }, (_, index) => {
    const values = frames.map((frame) => frame[index]!);
    return { center: mean(values), spread: standardDeviation(values) || 1 };
  });
  return (frame) => facts.map(({ center, spread }, index) => (frame[index]! - center) / spread);
}
