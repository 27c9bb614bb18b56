/**
 * Aggregates of normalized scores over several networks.
 *
 * Source: Agarwal, Schwarzer, Castro, Courville & Bellemare (2021), "Deep Reinforcement Learning at the Edge of the
 * Statistical Precipice", section 4.
 *
 * @module
 */

import { quantile } from 'simple-statistics';
import { randomNumbers } from '../random.ts';

/** The scores of one strategy: for each network, one number per seed. Higher is better. */
export type ScoresByNetwork = readonly (readonly number[])[];

/** A value with its 95 % interval from the stratified bootstrap. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;

/** Computes the mean of the middle half of all scores. */
export function interquartileMean(networks: ScoresByNetwork): number {
  const sorted = networks.flat().sort((a, b) => a - b);
  const cut = sorted.length / 4;
  // The scores on the edges of the middle half count in part.
  const weights = sorted.map((_, index) =>
    Math.max(0, Math.min(index + 1, sorted.length - cut) - Math.max(index, cut)),
  );
  const sum = sorted.reduce((total, score, index) => total + score * weights[index]!, 0);
  return sum / (sorted.length - 2 * cut);
}

/** The probability that a run of `a` is better than one of `b` on a random network; ties count half. */
export function improvementProbability(a: ScoresByNetwork, b: ScoresByNetwork): number {
  const perNetwork = a.map((scores, network) => {
    const others = b[network] ?? [];
    const wins = scores.flatMap((one) => others.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
    return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
  });
  return perNetwork.reduce((sum, one) => sum + one, 0) / perNetwork.length;
}

/** The share of runs that score more than each level. */
export function performanceProfile(networks: ScoresByNetwork, levels: readonly number[]): number[] {
  const scores = networks.flat();
  return levels.map((level) => scores.filter((score) => score > level).length / scores.length);
}

/** Estimates a statistic with its percentile interval, drawing seeds with replacement within each network. */
export function estimate<Sides extends readonly ScoresByNetwork[]>(
  statistic: (...sides: Sides) => number,
  ...sides: Sides
): Estimate {
  return estimateEach((...some: Sides) => [statistic(...some)], ...sides)[0]!;
}

/** Like `estimate`, but for several statistics of the same samples. */
export function estimateEach<Sides extends readonly ScoresByNetwork[]>(
  statistics: (...sides: Sides) => readonly number[],
  ...sides: Sides
): Estimate[] {
  const size = sides.flat(2).length;
  const draws = randomNumbers(RESAMPLES * size, 'bootstrap');
  let position = 0;
  const resample = (scores: readonly number[]): number[] =>
    scores.map(() => scores[Math.floor(draws[position++]! * scores.length)]!);
  const samples = Array.from({ length: RESAMPLES }, () =>
    statistics(...(sides.map((networks) => networks.map(resample)) as unknown as Sides)),
  );
  return statistics(...sides).map((value, index) => {
    const values = samples.map((sample) => sample[index]!);
    return { value, low: quantile(values, 0.025), high: quantile(values, 0.975) };
  });
}
