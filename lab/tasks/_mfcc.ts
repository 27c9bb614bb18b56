/**
 * Mel-frequency cepstral coefficients, computed with meyda.
 *
 * @module
 */

import module from 'meyda';

/** The part of meyda that this file uses. */
interface Meyda {
  bufferSize: number;
  sampleRate: number;
  melBands: number;
  extract(feature: 'mfcc', signal: Float32Array): number[];
}

// The types of the package declare a nested default export that does not exist.
const meyda = module as unknown as Meyda;

/** The number of coefficients per frame. */
export const COEFFICIENTS = 13;

const MEL_BANDS = 26;
const FRAME_SECONDS = 0.032;

/** Large, because meyda computes log(1 + energy), which is close to log(energy) only for large energies. */
const PEAK_AMPLITUDE = 1000;

/** The number of samples per frame: the power of two closest to 32 ms. Frames overlap by half. */
export function mfccFrameLength(sampleRate: number): number {
  return 2 ** Math.round(Math.log2(FRAME_SECONDS * sampleRate));
}

/** The number of frames of a sound of so many samples. */
export function countFrames(samples: number, sampleRate: number): number {
  const length = mfccFrameLength(sampleRate);
  return Math.max(0, Math.floor((samples - length) / (length / 2)) + 1);
}

/** The duration of so many frames. */
export function secondsOf(frames: number, sampleRate: number): number {
  return ((frames + 1) * mfccFrameLength(sampleRate)) / 2 / sampleRate;
}

/**
 * Computes the coefficients of a sound: one array of {@link COEFFICIENTS} numbers per frame, at most `maxFrames` arrays.
 *
 * The sound is normalized to the same peak first, so loudness carries no information. Silence gives zeros.
 */
export function computeMfcc(samples: Float32Array, sampleRate: number, maxFrames: number): number[][] {
  const length = mfccFrameLength(sampleRate);
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  const normalized = samples.map((sample) => (peak > 0 ? (sample * PEAK_AMPLITUDE) / peak : 0));
  configureMeyda(length, sampleRate);
  const frames: number[][] = [];
  for (let start = 0; start + length <= samples.length && frames.length < maxFrames; start += length / 2) {
    frames.push(meyda.extract('mfcc', normalized.slice(start, start + length)));
  }
  return frames;
}

function configureMeyda(length: number, sampleRate: number): void {
  if (meyda.bufferSize === length && meyda.sampleRate === sampleRate && meyda.melBands === MEL_BANDS) return;
  // Meyda keeps the filters of the previous sample rate unless they are cleared.
  Object.assign(meyda, {
    bufferSize: length,
    sampleRate,
    melBands: MEL_BANDS,
    numberOfMFCCCoefficients: COEFFICIENTS,
    windowingFunction: 'hanning',
    melFilterBank: undefined,
  });
}
