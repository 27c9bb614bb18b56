/**
 * Mel-frequency cepstral coefficients, computed by meyda.
 *
 * @module
 */

import module from 'meyda';

/** What of meyda is used here. */
interface Meyda {
  bufferSize: number;
  sampleRate: number;
  melBands: number;
  extract(feature: 'mfcc', signal: Float32Array): number[];
}

// The package's types say that this is the default export of what is imported; it is that itself.
const meyda = module as unknown as Meyda;

/** Coefficients of a frame. */
export const COEFFICIENTS = 13;

const MEL_BANDS = 26;
const FRAME_SECONDS = 0.032;

/** Meyda takes log(1 + energy), which is close to the logarithm only where energies are large. */
const PEAK = 1000;

/** How many samples a frame has: the power of two closest to 32 ms; the next begins halfway. */
export function frameLength(sampleRate: number): number {
  return 2 ** Math.round(Math.log2(FRAME_SECONDS * sampleRate));
}

/**
 * The coefficients of a sound, frame by frame: at most `most` arrays of {@link COEFFICIENTS} numbers.
 *
 * The sound is made equally loud first, so loudness is no clue; one of silence gives zeros.
 */
export function mfcc(samples: Float32Array, sampleRate: number, most: number): number[][] {
  const length = frameLength(sampleRate);
  const loudest = samples.reduce((peak, one) => Math.max(peak, Math.abs(one)), 0);
  const louder = samples.map((one) => (loudest > 0 ? (one * PEAK) / loudest : 0));
  tune(length, sampleRate);
  const frames: number[][] = [];
  for (let from = 0; from + length <= samples.length && frames.length < most; from += length / 2) {
    frames.push(meyda.extract('mfcc', louder.slice(from, from + length)));
  }
  return frames;
}

function tune(length: number, sampleRate: number): void {
  if (meyda.bufferSize === length && meyda.sampleRate === sampleRate && meyda.melBands === MEL_BANDS) return;
  // Meyda keeps the filters of the last sample rate unless they are taken from it.
  Object.assign(meyda, {
    bufferSize: length,
    sampleRate,
    melBands: MEL_BANDS,
    numberOfMFCCCoefficients: COEFFICIENTS,
    windowingFunction: 'hanning',
    melFilterBank: undefined,
  });
}
