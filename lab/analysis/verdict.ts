import { beatsBaseline, findUnclipped, type Contender, type Contest } from './contests.ts';
import { groupBy } from './group-by.ts';
import { adjustByHolm, compareBySeed, type SeedComparison } from './statistics.ts';
import { scoresBySeed, type SummaryRow } from './summary.ts';

/** The probability of any false "helped" or "hurt" in a family of comparisons is at most this. */
export const LEVEL = 0.05;

/** With fewer seeds, the smallest possible p-value, 2/2ⁿ, is above the level. */
const MIN_SEEDS = 6;

/** What a comparison concludes. Only `helped` and `hurt` claim a difference. */
export type Verdict =
  | 'helped'
  | 'hurt'
  | 'no clear difference'
  | 'smaller than the sampling error of the test set'
  | `too few seeds to conclude (${number} of ${number} better)`
  | 'neither learned'
  | 'the best rate lies at the edge of the grid'
  | 'interval only';

/** A strategy compared with no clipping on one network, each at the setting that is best on validation. */
export interface NoneComparison {
  readonly contest: Contest;
  readonly contender: Contender;
  /** The setting of the strategy that is compared. */
  readonly row: SummaryRow;
  readonly bare: Contender;
  readonly pairs: SeedComparison;
  /** The p-value after Holm's correction; undefined if the comparison is not tested. */
  readonly adjustedP: number | undefined;
  readonly verdict: Verdict;
}

/**
 * Compares every strategy with no clipping and concludes what the numbers support.
 *
 * All tested comparisons of a cell and an optimizer, over all tasks, are one family of Holm's correction.
 *
 * @param primary the ids of the strategies that are tested; others get an interval but no verdict. Default: all
 */
export function compareWithNone(contests: readonly Contest[], primary?: readonly string[]): NoneComparison[] {
  const families = groupBy(contests, ({ cell, optimizer }) => JSON.stringify([cell, optimizer]));
  const byContest = new Map<Contest, NoneComparison[]>();
  const isPrimary = ({ contender }: Measured): boolean => primary?.includes(contender.strategy.id) ?? true;
  for (const family of families.values()) {
    const measured = family.flatMap(measure);
    const tested = measured.filter((one) => isPrimary(one) && countPairs(one.pairs) >= MIN_SEEDS);
    const adjusted = adjustByHolm(tested.map(({ pairs }) => pairs.p));
    for (const one of measured) {
      const adjustedP = adjusted[tested.indexOf(one)];
      const verdict = isPrimary(one) ? conclude(one, adjustedP, tested.length) : 'interval only';
      const comparison = { ...one, adjustedP, verdict };
      byContest.set(one.contest, [...(byContest.get(one.contest) ?? []), comparison]);
    }
  }
  return contests.flatMap((contest) => byContest.get(contest) ?? []);
}

type Measured = Omit<NoneComparison, 'adjustedP' | 'verdict'>;

function measure(contest: Contest): Measured[] {
  const bare = findUnclipped(contest);
  if (bare === undefined) return [];
  return contest.contenders
    .filter((contender) => contender !== bare)
    .map((contender) => {
      // If every median diverged, any setting shows it.
      const [one, other] = [contender.best ?? contender.rows[0], bare.best ?? bare.rows[0]] as [SummaryRow, SummaryRow];
      return {
        contest,
        contender,
        bare,
        row: one,
        pairs: compareBySeed(scoresBySeed(one), scoresBySeed(other), one.metric.better),
      };
    });
}

/** The number of seeds that both sides have. */
export function countPairs({ better, worse, equal }: SeedComparison): number {
  return better + worse + equal;
}

function conclude({ contender, bare, pairs }: Measured, adjustedP: number | undefined, comparisons: number): Verdict {
  const rows = [contender, bare].flatMap(({ best }) => best ?? []);
  if (!rows.some(beatsBaseline)) return 'neither learned';
  const seeds = countPairs(pairs);
  const smallestP = (comparisons * 2) / 2 ** seeds;
  if (seeds < MIN_SEEDS || smallestP > LEVEL) return `too few seeds to conclude (${pairs.better} of ${seeds} better)`;
  if (adjustedP === undefined || adjustedP > LEVEL || pairs.better === pairs.worse) return 'no clear difference';
  const samplingError = Math.max(...rows.map(({ metric }) => metric.testError ?? 0));
  if (Math.abs(pairs.gain) < samplingError) return 'smaller than the sampling error of the test set';
  const [winner, loser] = pairs.better > pairs.worse ? [contender, bare] : [bare, contender];
  if (winner.best === undefined || !beatsBaseline(winner.best)) return 'no clear difference';
  if (loser.edge !== undefined && Math.abs(pairs.gain) <= loser.beyondEdge)
    return 'the best rate lies at the edge of the grid';
  return winner === contender ? 'helped' : 'hurt';
}
