import type { Contender, Contest } from './contests.ts';
import { tied } from './findings.ts';
import { keyOf } from './names.ts';
import { margin } from './contests.ts';
import { paired, type Paired } from './statistics.ts';
import { scoresBySeed, type SummaryRow } from './summary.ts';

/** What a strategy did for a network that was trained without clipping as well. */
export type Effect = 'helped' | 'made no clear difference' | 'lost';

/** A strategy held against no clipping, each at its own best learning rate. */
export interface AgainstNone {
  readonly contender: Contender;
  readonly effect: Effect;
  /** Seed by seed; undefined where one of the two has no rate at which it trained. */
  readonly pairs: Paired | undefined;
}

/** The contender without clipping. */
export function unclippedOf({ contenders }: Contest): Contender | undefined {
  return contenders.find(({ strategy }) => strategy.id === 'none');
}

/** Every strategy of a contest that clips, against the one that does not; empty where there is none. */
export function againstNone(contest: Contest): AgainstNone[] {
  const bare = unclippedOf(contest);
  if (bare === undefined) return [];
  return contest.contenders
    .filter(({ strategy }) => keyOf(strategy) !== keyOf(bare.strategy))
    .map((contender) => ({
      contender,
      effect: effectOf(contender.best, bare.best),
      pairs:
        contender.best && bare.best
          ? paired(scoresBySeed(contender.best), scoresBySeed(bare.best), bare.best.metric.better)
          : undefined,
    }));
}

/** How the best row with clipping stands to the best without. */
export function effectOf(clipped: SummaryRow | undefined, bare: SummaryRow | undefined): Effect {
  if (clipped === undefined) return bare === undefined ? 'made no clear difference' : 'lost';
  if (bare === undefined) return 'helped';
  if (tied(clipped, bare)) return 'made no clear difference';
  return margin(clipped, bare) > 0 ? 'helped' : 'lost';
}
