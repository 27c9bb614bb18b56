import { seededUniform } from '../core/random.ts';

/** A random generator. The same seed gives the same numbers on every machine. */
export interface Random {
  /** The next uniform number in [low, high). */
  uniform(low: number, high: number): number;
  /** The next standard normal number. */
  normal(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/** Creates a generator from a seed. Normal numbers use Marsaglia's polar method. */
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
    chance: (probability) => next() < probability,
  };
}
