import type { Contender, Contest } from './contests.ts';
import { isTied } from './findings.ts';
import { strategyKey } from './names.ts';
import { margin } from './contests.ts';
import { compareBySeed, type SeedComparison } from './statistics.ts';
import { scoresBySeed, type SummaryRow } from './summary.ts';

/** The effect of a strategy on a network, compared with training without clipping. */
export type Effect = 'helped' | 'made no clear difference' | 'lost';

/** A strategy compared with no clipping, each at its own best learning rate. */
export interface NoneComparison {
  readonly contender: Contender;
  readonly effect: Effect;
  /** The comparison by seed; undefined if either of them diverged at every rate. */
  readonly pairs: SeedComparison | undefined;
}

/** Finds the contender without clipping. */
export function findUnclipped({ contenders }: Contest): Contender | undefined {
  return contenders.find(({ strategy }) => strategy.id === 'none');
}

/** Compares every clipping strategy of a contest with no clipping; returns nothing if the contest has no such run. */
export function compareWithNone(contest: Contest): NoneComparison[] {
  const bare = findUnclipped(contest);
  if (bare === undefined) return [];
  return contest.contenders
    .filter(({ strategy }) => strategyKey(strategy) !== strategyKey(bare.strategy))
    .map((contender) => ({
      contender,
      effect: classifyEffect(contender.best, bare.best),
      pairs:
        contender.best && bare.best
          ? compareBySeed(scoresBySeed(contender.best), scoresBySeed(bare.best), bare.best.metric.better)
          : undefined,
    }));
}

/** Classifies the best row with clipping against the best row without. */
export function classifyEffect(clipped: SummaryRow | undefined, bare: SummaryRow | undefined): Effect {
  if (clipped === undefined) return bare === undefined ? 'made no clear difference' : 'lost';
  if (bare === undefined) return 'helped';
  if (isTied(clipped, bare)) return 'made no clear difference';
  return margin(clipped, bare) > 0 ? 'helped' : 'lost';
}
