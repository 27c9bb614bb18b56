import type { StrategySpec } from 'gradclip';
import {
  estimate,
  estimateEach,
  improvementProbability,
  interquartileMean,
  performanceProfile,
  type Estimate,
} from './aggregate.ts';
import type { Contender, Contest } from './contests.ts';
import { groupBy } from './group-by.ts';
import { labelStrategies, strategyKey } from './names.ts';
import { normalizeScores } from './normalize.ts';

/** One strategy over all networks. Tuning may choose another threshold on each. */
export interface StrategyOverall {
  readonly name: string;
  readonly strategy: StrategySpec;
  readonly entries: readonly { readonly contest: Contest; readonly contender: Contender }[];
}

/**
 * Groups the contenders of all networks.
 *
 * Tuning changes numbers, so strategies that differ only in these are the same, unless a network compares several of them.
 */
export function groupStrategies(contests: readonly Contest[]): StrategyOverall[] {
  const entries = contests.flatMap((contest) => contest.contenders.map((contender) => ({ contest, contender })));
  const isRepeated = (spec: StrategySpec): boolean =>
    contests.some(
      ({ contenders }) => contenders.filter(({ strategy }) => familyKey(strategy) === familyKey(spec)).length > 1,
    );
  const groups = groupBy(entries, ({ contender: { strategy } }) =>
    isRepeated(strategy) ? strategyKey(strategy) : familyKey(strategy),
  );
  const strategies = [...groups.values()].map((own) => own[0]!.contender.strategy);
  const label = labelStrategies(strategies.map((spec) => (isRepeated(spec) ? spec : withoutNumbers(spec))));
  return [...groups.values()].map((own) => {
    const { strategy } = own[0]!.contender;
    return { name: label(isRepeated(strategy) ? strategy : withoutNumbers(strategy)), strategy, entries: own };
  });
}

/** The contenders of one network, with the names that {@link groupStrategies} gives them. */
export function nameContenders(contest: Contest): { readonly name: string; readonly contender: Contender }[] {
  return groupStrategies([contest]).flatMap(({ name, entries }) =>
    entries.map(({ contender }) => ({ name, contender })),
  );
}

/** Returns the contender of a strategy on one network, if it was trained there. */
export function contenderOn({ entries }: StrategyOverall, contest: Contest): Contender | undefined {
  return entries.find((entry) => entry.contest === contest)?.contender;
}

function familyKey(spec: StrategySpec): string {
  return strategyKey(withoutNumbers(spec));
}

function withoutNumbers({ id, options = {} }: StrategySpec): StrategySpec {
  return { id, options: Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value !== 'number')) };
}

/** The aggregates of all strategies that were trained on every network. */
export interface Aggregates {
  /** The number of networks that any strategy learns; the scores of the others say nothing. */
  readonly networks: number;
  /** The normalized scores at which the profiles are computed. */
  readonly levels: readonly number[];
  readonly strategies: readonly Aggregate[];
}

/** The normalized scores of one strategy over all networks, each value with its 95 % interval. */
export interface Aggregate {
  readonly name: string;
  readonly strategy: StrategySpec;
  /** The interquartile mean. */
  readonly iqm: Estimate;
  /** The probability that a run is better than one without clipping; absent for `none`. */
  readonly improvement?: Estimate;
  /** The share of runs that score more than each level. */
  readonly profile: readonly Estimate[];
}

const LEVELS = Array.from({ length: 21 }, (_, index) => index / 20);

/** Aggregates normalized scores over networks; undefined if there are fewer than two networks or strategies to aggregate. */
export function aggregateOverNetworks(contests: readonly Contest[]): Aggregates | undefined {
  const normalized = contests.map(normalizeScores).filter((one) => one !== undefined);
  // A strategy that is missing on a network cannot be compared over all of them.
  const complete = groupStrategies(contests).flatMap(({ name, strategy, entries }) => {
    const scores = normalized.map((network) => entries.flatMap(({ contender }) => network.get(contender) ?? []));
    return scores.every((some) => some.length > 0) ? [{ name, strategy, scores }] : [];
  });
  if (normalized.length < 2 || complete.length < 2) return undefined;
  const bare = complete.find(({ strategy }) => strategy.id === 'none');
  return {
    networks: normalized.length,
    levels: LEVELS,
    strategies: complete.map((own) => ({
      name: own.name,
      strategy: own.strategy,
      iqm: estimate(interquartileMean, own.scores),
      ...(bare && bare !== own && { improvement: estimate(improvementProbability, own.scores, bare.scores) }),
      profile: estimateEach((scores) => performanceProfile(scores, LEVELS), own.scores),
    })),
  };
}
