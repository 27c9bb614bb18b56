import seedrandom from 'seedrandom';

/**
 * A stream of numbers from 0 up to but not including 1, decided by its seeds alone.
 *
 * They are those of tfjs' own seeded generator, made without a backend and without the platform's `Math.random`.
 */
export function randomNumbers(count: number, ...seeds: readonly number[]): Float32Array {
  // Far-apart seeds for neighbouring steps and runs: multiples of two primes.
  const seed = seeds.reduce((mixed, one) => (mixed * 7919 + one * 104_729 + 1) % 2_147_483_647, 1);
  const next = seedrandom.alea(String(seed));
  return Float32Array.from({ length: count }, () => next());
}

/** A stream of whole numbers from 0 up to but not including `below`, decided by its seeds alone. */
export function randomIntegers(count: number, below: number, ...seeds: readonly number[]): number[] {
  return Array.from(randomNumbers(count, ...seeds), (u) => Math.min(below - 1, Math.floor(u * below)));
}
