import { seededUniform } from '../core/random.ts';

/** A source of numbers that gives the same ones for the same seed, on every machine. */
export interface Random {
  /** The next number, evenly spread over [low, high). */
  uniform(low: number, high: number): number;
  /** The next number of a standard normal distribution. */
  normal(): number;
  /** True in this share of calls. */
  chance(share: number): boolean;
}

/** Makes a source from a seed, with Marsaglia's polar method for normal numbers. */
export function seededRandom(seed: number): Random {
  const next = seededUniform(seed);
  return {
    uniform: (low, high) => low + (high - low) * next(),
    normal() {
      for (;;) {
        const [x, y] = [2 * next() - 1, 2 * next() - 1];
        const square = x * x + y * y;
        if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
      }
    },
    chance: (share) => next() < share,
  };
}
