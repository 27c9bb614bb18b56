import * as tf from '@tensorflow/tfjs';

/**
 * A stream of numbers from 0 up to but not including 1, decided by its seeds alone.
 *
 * tfjs' own seeded generator makes them, so nothing here depends on the platform's `Math.random`.
 */
export function fractions(count: number, ...seeds: readonly number[]): Float32Array {
  // Far-apart seeds for neighbouring steps and runs: multiples of two primes.
  const seed = seeds.reduce((mixed, one) => (mixed * 7919 + one * 104_729 + 1) % 2_147_483_647, 1);
  return tf.tidy(() => tf.randomUniform([count], 0, 1, 'float32', seed).dataSync() as Float32Array);
}

/** A stream of whole numbers from 0 up to but not including `below`, decided by its seeds alone. */
export function wholeNumbers(count: number, below: number, ...seeds: readonly number[]): number[] {
  return Array.from(fractions(count, ...seeds), (u) => Math.min(below - 1, Math.floor(u * below)));
}
