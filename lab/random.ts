import seedrandom from 'seedrandom';

/** A part of a key, such as the seed of a run, what the numbers are for, or a step. */
export type KeyPart = string | number;

/** Generates random numbers in [0, 1) from the hash of a key. Different keys give independent numbers. */
export function randomNumbers(count: number, ...key: readonly KeyPart[]): Float32Array {
  const next = generatorOf(key);
  return Float32Array.from({ length: count }, () => next());
}

/** Generates random integers in [0, `below`) from the hash of a key. */
export function randomIntegers(count: number, below: number, ...key: readonly KeyPart[]): number[] {
  return Array.from(randomNumbers(count, ...key), (u) => Math.min(below - 1, Math.floor(u * below)));
}

/** Derives a seed for an initializer from the hash of a key: a whole number from 1 to 2⁵³ − 1. */
export function deriveSeed(...key: readonly KeyPart[]): number {
  // tfjs treats the seed 0 as no seed.
  return 1 + Math.floor(generatorOf(key).double() * (Number.MAX_SAFE_INTEGER - 1));
}

function generatorOf(key: readonly KeyPart[]): seedrandom.PRNG {
  return seedrandom.alea(key.join('/'));
}
