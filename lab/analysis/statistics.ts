import { median } from 'simple-statistics';

/** The share of samples whose interval contains the true median. */
const COVERAGE = 0.95;

/** The ends of an interval for a median. An end is infinite if it falls on a diverged run. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Whether it is only the range of the values, because there are too few values for a 95 % interval. */
  readonly isRange: boolean;
}

/**
 * Computes the distribution-free 95 % interval of a median from the order statistics x₍ₖ₎ and x₍ₙ₊₁₋ₖ₎.
 *
 * Its coverage is at least 1 − 2·P(Binomial(n, ½) < k) for any continuous distribution, so n ≥ 6 is required. With fewer
 * values it is their range.
 *
 * Source: David & Nagaraja (2003), "Order Statistics", section 7.1.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  let tail = 0.5 ** count;
  let binomial = tail;
  let rank = 0;
  while (2 * tail <= 1 - COVERAGE) {
    rank += 1;
    binomial *= (count + 1 - rank) / rank;
    tail += binomial;
  }
  const index = Math.max(0, rank - 1);
  return { low: sorted[index] ?? NaN, high: sorted[count - 1 - index] ?? NaN, isRange: rank === 0 };
}

/** Whether lower or higher scores are better. */
export type Direction = 'lower' | 'higher';

/** Scores by seed; null for a diverged run, which is worse than any score. */
export type ScoresBySeed = ReadonlyMap<number, number | null>;

/** A paired comparison of two settings on the seeds that both have. */
export interface SeedComparison {
  /** The number of seeds on which the first is better, worse and equal. */
  readonly better: number;
  readonly worse: number;
  readonly equal: number;
  /** The median difference over the seeds, positive if the first is better. It is infinite if one diverged. */
  readonly gain: number;
  readonly interval: Interval;
  /** The p-value of {@link signFlipTest}. */
  readonly p: number;
}

/** How much better the score of `a` is than that of `b` on each seed that both have; infinite if one of them diverged. */
export function differencesBySeed(a: ScoresBySeed, b: ScoresBySeed, direction: Direction): number[] {
  const sign = direction === 'lower' ? -1 : 1;
  const toValue = (score: number | null): number => (score === null ? -Infinity : sign * score);
  return [...a].flatMap(([seed, one]) => {
    const other = b.get(seed);
    if (other === undefined) return [];
    return one === null && other === null ? [0] : [toValue(one) - toValue(other)];
  });
}

/** Compares two settings seed by seed: the same seed means the same initial weights and the same batches. */
export function compareBySeed(a: ScoresBySeed, b: ScoresBySeed, direction: Direction): SeedComparison {
  const differences = differencesBySeed(a, b, direction);
  return {
    better: differences.filter((difference) => difference > 0).length,
    worse: differences.filter((difference) => difference < 0).length,
    equal: differences.filter((difference) => difference === 0).length,
    gain: differences.length === 0 ? NaN : median(differences),
    interval: medianInterval(differences),
    p: signFlipTest(differences),
  };
}

/**
 * Computes the exact two-sided p-value of paired differences that are symmetric around 0 if nothing has an effect.
 *
 * The statistic is the sum of the ranks of the positive differences (Wilcoxon, 1945, "Individual comparisons by ranking
 * methods"); its distribution is computed over all 2ⁿ signs. A difference of 0 has rank 0, and tied differences share
 * their mean rank. Infinite differences have the highest ranks. The smallest possible value is 2/2ⁿ.
 */
export function signFlipTest(differences: readonly number[]): number {
  const ranks = doubleRanks(differences.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, index) => sum + (differences[index]! > 0 ? rank : 0), 0);
  /** The share of the signs at which the positive ranks have this sum. */
  let shares = new Float64Array(total + 1);
  shares[0] = 1;
  for (const rank of ranks) {
    shares = shares.map((share, sum) => (share + (sum < rank ? 0 : shares[sum - rank]!)) / 2);
  }
  const distance = (sum: number): number => Math.abs(2 * sum - total);
  return shares.reduce((p, share, sum) => (distance(sum) >= distance(positive) ? p + share : p), 0);
}

/** Returns twice the rank of each size, so that mean ranks are whole numbers. The rank of 0 is 0. */
function doubleRanks(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    if (size === 0) return 0;
    const smaller = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * smaller + equal + 1;
  });
}

/**
 * Adjusts p-values for their number, so that the probability of any false positive is at most the level.
 *
 * Source: Holm (1979), "A simple sequentially rejective multiple test procedure".
 */
export function adjustByHolm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach((index, position) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - position) * pValues[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}
