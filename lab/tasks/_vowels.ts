/**
 * Synthesizes vowels: a train of glottal pulses passes through one resonator per formant.
 *
 * The resonators and their order are those of Klatt (1980), "Software for a cascade/parallel formant synthesizer",
 * section II; the formants are the averages for men in Peterson & Barney (1952), "Control Methods Used in a Study of the
 * Vowels", table II. A speaker is a length of the vocal tract, which scales all formants, and a pitch.
 *
 * @module
 */

import { randomNumbers } from '../random.ts';
import type { Recording, Recordings } from './_recordings.ts';

/** The first three formants in Hz, by the vowel's ARPAbet name. */
export const FORMANTS: Readonly<Record<string, readonly [number, number, number]>> = {
  iy: [270, 2290, 3010],
  ih: [390, 1990, 2550],
  eh: [530, 1840, 2480],
  ae: [660, 1720, 2410],
  aa: [730, 1090, 2440],
  ao: [570, 840, 2410],
  uh: [440, 1020, 2240],
  uw: [300, 870, 2240],
  ah: [640, 1190, 2390],
  er: [490, 1350, 1690],
};

const BANDWIDTHS = [60, 90, 150] as const;
const SAMPLE_RATE = 8000;
const SPEAKERS = 10;
const TAKES = 3;
const SECONDS = 0.3;
const NOISE = 0.01;

/** Synthesizes every vowel by every speaker several times. The result is always the same. */
export function synthesizeVowels(): Recordings {
  const recordings: Recording[] = [];
  for (let speaker = 0; speaker < SPEAKERS; speaker += 1) {
    Object.entries(FORMANTS).forEach(([label, formants], vowel) => {
      for (let take = 0; take < TAKES; take += 1) {
        const samples = synthesizeVowel(formants, speaker, [speaker, vowel, take]);
        recordings.push({ label, speaker: `speaker-${speaker}`, take: String(take), samples });
      }
    });
  }
  return { sampleRate: SAMPLE_RATE, resampled: 0, recordings };
}

function synthesizeVowel(formants: readonly number[], speaker: number, seeds: readonly number[]): Float32Array {
  const length = Math.round(SECONDS * SAMPLE_RATE);
  const u = randomNumbers(length + 4, 'vowel', ...seeds);
  const [pitchChance = 0, ...formantChances] = u.subarray(length);
  // Speakers range from a man to a child, in the length of the vocal tract and in pitch.
  const share = speaker / (SPEAKERS - 1);
  const pitch = (100 + 150 * share) * (0.9 + 0.2 * pitchChance);
  const tract = 1 + 0.25 * share;

  let sound = pulseTrain(length, pitch);
  // A resonator at 0 Hz smooths the pulses as the glottis does.
  sound = resonate(sound, 0, 100);
  formants.forEach((formant, index) => {
    const drift = 0.95 + 0.1 * (formantChances[index] ?? 0.5);
    sound = resonate(sound, formant * tract * drift, BANDWIDTHS[index] ?? 150);
  });
  // The pressure at the lips is the derivative of the flow.
  const pressure = sound.map((flow, time) => flow - (sound[time - 1] ?? 0));
  const peak = pressure.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const envelope = (time: number): number =>
    Math.min(1, time / (0.03 * SAMPLE_RATE), (length - time) / (0.06 * SAMPLE_RATE));
  return pressure.map((value, time) => 0.9 * envelope(time) * (value / peak) + NOISE * (2 * u[time]! - 1));
}

function pulseTrain(length: number, pitch: number): Float32Array {
  const train = new Float32Array(length);
  for (let time = 0; time < length; time += SAMPLE_RATE / pitch) train[Math.floor(time)] = 1;
  return train;
}

/** y(t) = A·x(t) + B·y(t−1) + C·y(t−2), Klatt's resonator with its peak at `frequency`. */
function resonate(x: Float32Array, frequency: number, bandwidth: number): Float32Array {
  const decay = Math.exp((-Math.PI * bandwidth) / SAMPLE_RATE);
  const C = -(decay ** 2);
  const B = 2 * decay * Math.cos((2 * Math.PI * frequency) / SAMPLE_RATE);
  const A = 1 - B - C;
  const y = new Float32Array(x.length);
  for (let time = 0; time < x.length; time += 1) {
    y[time] = A * x[time]! + B * (y[time - 1] ?? 0) + C * (y[time - 2] ?? 0);
  }
  return y;
}
