import seedrandom from 'seedrandom';

/**
 * Generates random numbers in [0, 1) that depend only on the seeds.
 *
 * They equal those of the seeded generator of tfjs, but need no backend.
 */
export function randomNumbers(count: number, ...seeds: readonly number[]): Float32Array {
  // Multiples of two primes, so that neighbouring steps and runs have distant seeds.
  const mixedSeed = seeds.reduce((mixed, seed) => (mixed * 7919 + seed * 104_729 + 1) % 2_147_483_647, 1);
  const next = seedrandom.alea(String(mixedSeed));
  return Float32Array.from({ length: count }, () => next());
}

/** Generates random integers in [0, `below`) that depend only on the seeds. */
export function randomIntegers(count: number, below: number, ...seeds: readonly number[]): number[] {
  return Array.from(randomNumbers(count, ...seeds), (u) => Math.min(below - 1, Math.floor(u * below)));
}
