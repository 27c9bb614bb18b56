import type { Contender, Contest } from './contests.ts';
import { isTied } from './findings.ts';
import { strategyKey } from './names.ts';
import { margin } from './contests.ts';
import { compareBySeed, type SeedComparison } from './statistics.ts';
import { scoresBySeed, type SummaryRow } from './summary.ts';

/** What a strategy did for a network that was trained without clipping as well. */
export type Effect = 'helped' | 'made no clear difference' | 'lost';

/** A strategy held against no clipping, each at its own best learning rate. */
export interface NoneComparison {
  readonly contender: Contender;
  readonly effect: Effect;
  /** Seed by seed; undefined where one of the two has no rate at which it trained. */
  readonly pairs: SeedComparison | undefined;
}

/** The contender without clipping. */
export function findUnclipped({ contenders }: Contest): Contender | undefined {
  return contenders.find(({ strategy }) => strategy.id === 'none');
}

/** Every strategy of a contest that clips, against the one that does not; empty where there is none. */
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

/** How the best row with clipping stands to the best without. */
export function classifyEffect(clipped: SummaryRow | undefined, bare: SummaryRow | undefined): Effect {
  if (clipped === undefined) return bare === undefined ? 'made no clear difference' : 'lost';
  if (bare === undefined) return 'helped';
  if (isTied(clipped, bare)) return 'made no clear difference';
  return margin(clipped, bare) > 0 ? 'helped' : 'lost';
}
