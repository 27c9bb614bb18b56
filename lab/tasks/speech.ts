/**
 * Isolated spoken words: recognize the word.
 *
 * The input is 13 mel-frequency cepstral coefficients (Davis & Mermelstein, 1980) every 16 ms. The built-in words are
 * synthetic vowels. The unpacked Free Spoken Digit Dataset also works. No speaker is in two parts of the data.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean, standardDeviation } from 'simple-statistics';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import {
  measureAccuracy,
  predictClasses,
  toBatches,
  createCrossEntropyLoss,
  majorityAccuracy,
} from './_classification.ts';
import { COEFFICIENTS, computeMfcc, countFrames, secondsOf } from './_mfcc.ts';
import { createModel } from './_model.ts';
import { parseRecordings, type Recording } from './_recordings.ts';
import { countClasses, createDataReport, sizesOf } from './_data-report.ts';
import { parseSettings } from './_settings.ts';
import { splitExamples, takeScored, type Split } from './_split.ts';
import { synthesizeVowels } from './_vowels.ts';

const DEFAULTS = { units: 48, frames: 40, batch: 32, bySpeaker: 1, scored: 5000 };

/** Training, validation and test. */
const PARTS = 3;

interface Word {
  readonly label: number;
  /** The coefficients of each frame. */
  readonly frames: readonly (readonly number[])[];
}

/** The speech task. Input: coefficients [batch, frames, 13]; output: a word. */
export const speech = defineTask({
  id: 'speech',
  title: 'Spoken words',
  about: 'Listen to a word frame by frame, then name the word.',
  dataset: {
    id: 'vowels',
    title: 'ten vowels of ten speakers, by formant synthesis',
    licence: 'none needed',
    url: 'https://doi.org/10.1121/1.383940',
  },
  dataFile:
    'a folder of WAV files named {label}_{speaker}_{take}.wav, such as the Free Spoken Digit Dataset, or {label}/{speaker}_{take}.wav',
  dataKind: 'recordings',
  settings: DEFAULTS,
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
    const { units, frames, batch, bySpeaker, scored } = parseSettings(settings, DEFAULTS, {
      minimums: { bySpeaker: 0 },
    });
    const { sampleRate, resampled, recordings } = data === '' ? synthesizeVowels() : parseRecordings(data);
    const labels = [...new Set(recordings.map(({ label }) => label))].sort();
    if (labels.length < 2)
      throw new LabError(
        `Every recording has the label \`${labels[0] ?? ''}\`. At least two labels are required. The label of a file in a subfolder is the name of its folder.`,
      );
    if (recordings.every(({ samples }) => samples.every((sample) => sample === 0)))
      throw new LabError('Every recording is silent. Use recordings with sound.');
    const split = splitRecordings(recordings, bySpeaker > 0);
    const toWord = ({ label, samples }: Recording): Word => ({
      label: labels.indexOf(label),
      frames: computeMfcc(samples, sampleRate, frames),
    });
    const training = split.training.map(toWord);
    const held = takeScored(
      { training, validation: split.validation.map(toWord), test: split.test.map(toWord) },
      scored,
    );
    const scale = createScaler(training);
    const trained = new Set(training.map(({ label }) => label));
    const frameCounts = recordings.map(({ samples }) => countFrames(samples.length, sampleRate));
    const toBatch = (words: readonly Word[]): Batch => {
      const x = new Float32Array(words.length * frames * COEFFICIENTS);
      // Words are aligned at the end, so that no silence follows them.
      words.forEach((word, row) => {
        const first = (row + 1) * frames - word.frames.length;
        word.frames.forEach((frame, index) => x.set(scale(frame), (first + index) * COEFFICIENTS));
      });
      const y = Int32Array.from(words, ({ label }) => label);
      return { x: tf.tensor3d(x, [words.length, frames, COEFFICIENTS]), y: tf.tensor1d(y, 'int32') };
    };
    return {
      baseline: majorityAccuracy(training, held.test),
      trivialLoss: Math.log(labels.length),
      dataReport: createDataReport({
        unit: 'recordings',
        read: recordings.length,
        dropped: [],
        changed: [
          {
            what: `were cut to their first ${secondsOf(frames, sampleRate).toFixed(2)} s`,
            count: frameCounts.filter((count) => count > frames).length,
            advice: `Set frames=${frameCounts.reduce((most, count) => Math.max(most, count), 0)} to hear all.`,
          },
          { what: `were resampled to ${sampleRate} Hz`, count: resampled },
          {
            what: 'are scored, but no training recording has their label',
            count: [...held.validation, ...held.test].filter(({ label }) => !trained.has(label)).length,
          },
        ],
        partUnit: 'recordings',
        parts: sizesOf(split),
        scored: { validation: held.validation.length, test: held.test.length },
        classes: countClasses(recordings.map(({ label }) => label)),
      }),
      model: (cell, seed) =>
        createModel(cell, seed, { units, inputShape: [frames, COEFFICIENTS], returnSequences: false }, labels.length),
      batch: (step, seed) =>
        toBatch(randomIntegers(batch, training.length, seed, 'batch', step).map((index) => training[index]!)),
      loss: createCrossEntropyLoss(labels.length),
      evaluate: (model, part) => measureAccuracy(model, toBatches(held[part], toBatch)),
      predict: (model) => predictClasses(model, toBatches(held.test, toBatch), labels),
    };
  },
});

/** Splits recordings by speaker or, if there are fewer than three speakers, by take. */
export function splitRecordings(recordings: readonly Recording[], bySpeaker: boolean): Split<Recording> {
  const speakers = new Set(recordings.map(({ speaker }) => speaker));
  const groupOf = ({ speaker, take }: Recording): string => (bySpeaker && speakers.size >= PARTS ? speaker : take);
  const groups = [...new Set(recordings.map(groupOf))].sort();
  if (groups.length < PARTS) {
    throw new LabError(
      `The recordings have ${countOf(groups.length, 'take')} and ${countOf(speakers.size, 'speaker')}. Training, validation and test need three takes or three speakers.`,
    );
  }
  const { training, validation, test } = splitExamples(groups);
  const ofGroups = (some: readonly string[]): Recording[] =>
    recordings.filter((recording) => some.includes(groupOf(recording)));
  return { training: ofGroups(training), validation: ofGroups(validation), test: ofGroups(test) };
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Creates a function that scales coefficients to mean 0 and standard deviation 1 over the training words. */
function createScaler(words: readonly Word[]): (frame: readonly number[]) => number[] {
  const frames = words.flatMap((word) => word.frames);
  const statistics = Array.from({ length: COEFFICIENTS }, (_, index) => {
    const values = frames.map((frame) => frame[index]!);
    return { center: mean(values), spread: standardDeviation(values) || 1 };
  });
  return (frame) => statistics.map(({ center, spread }, index) => (frame[index]! - center) / spread);
}
