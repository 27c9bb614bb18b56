import { median, quantile, sampleWithReplacement } from 'simple-statistics';
import { randomNumbers } from '../random.ts';

const RESAMPLES = 1000;
const SEED = 20130616;

/**
 * The 95 % percentile bootstrap interval of the median, from a fixed seed.
 *
 * With few values it is hardly narrower than their range, which is the truth about few values.
 *
 * Source: Efron & Tibshirani (1993), "An Introduction to the Bootstrap", section 13.3.
 */
export function bootstrapInterval(values: readonly number[]): [low: number, high: number] {
  const drawn = randomNumbers(RESAMPLES * values.length, SEED);
  let place = 0;
  const random = (): number => drawn[place++] as number;
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(sampleWithReplacement([...values], values.length, random)),
  );
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}

/** On how many of the seeds that two settings share the first is better, worse, and neither. */
export interface Wins {
  readonly better: number;
  readonly worse: number;
  readonly equal: number;
}

/** How two settings compare on the seeds they share. */
export interface SeedComparison extends Wins {
  /** The median by how much the first is better, where neither diverged; null where that is no seed. */
  readonly median: number | null;
  /** The bootstrap interval of that median. */
  readonly interval: readonly [number, number] | null;
}

/** Scores by seed, null where the run diverged, which is worse than any score. */
export type ScoresBySeed = ReadonlyMap<number, number | null>;

/** Compares seed by seed: the same seed means the same initial weights and the same batches. */
export function compareBySeed(a: ScoresBySeed, b: ScoresBySeed, direction: 'lower' | 'higher'): SeedComparison {
  const pairs = pairScores(a, b, direction);
  const gains = pairs.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)).map(([x, y]) => x - y);
  return {
    ...countPairs(pairs),
    median: gains.length === 0 ? null : median(gains),
    interval: gains.length === 0 ? null : bootstrapInterval(gains),
  };
}

/** Who is better on how many seeds, without the size of the gain, whose interval takes a thousand resamples. */
export function countWins(a: ScoresBySeed, b: ScoresBySeed, direction: 'lower' | 'higher'): Wins {
  return countPairs(pairScores(a, b, direction));
}

/** The scores of both on each seed they share, turned so that more is better. */
type Pair = readonly [one: number, other: number];

function pairScores(a: ScoresBySeed, b: ScoresBySeed, direction: 'lower' | 'higher'): Pair[] {
  const sign = direction === 'lower' ? -1 : 1;
  const valued = (score: number | null): number => (score === null ? -Infinity : sign * score);
  return [...a].flatMap(([seed, one]): Pair[] => {
    const other = b.get(seed);
    return other === undefined ? [] : [[valued(one), valued(other)]];
  });
}

function countPairs(pairs: readonly Pair[]): Wins {
  return {
    better: pairs.filter(([x, y]) => x > y).length,
    worse: pairs.filter(([x, y]) => x < y).length,
    equal: pairs.filter(([x, y]) => x === y).length,
  };
}
