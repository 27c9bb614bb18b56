import type { DotFigure, DotRow } from '../../analysis/answer.ts';
import { findUnclipped, type Contender, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatSigned } from '../../analysis/names.ts';
import { contenderOn, groupStrategies } from '../../analysis/overall.ts';
import { compareBySeed, differencesBySeed, type SeedComparison } from '../../analysis/statistics.ts';
import { scoresBySeed, type SummaryRow } from '../../analysis/summary.ts';

/** Names a network within an experiment: the task with its variant, and the cell. */
export function nameContest({ task, variant }: Contest): string {
  return variant === '' ? task : `${task}, ${variant}`;
}

/** Returns the row of a figure that shows by how much a contender is better than another, seed by seed. */
export function gainRow(label: string, contender: Contender, reference: Contender): DotRow {
  const [one, other] = [shownRow(contender), shownRow(reference)];
  const [a, b] = [scoresBySeed(one), scoresBySeed(other)];
  const { gain, interval } = compareBySeed(a, b, one.metric.better);
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    label,
    value: finite(gain),
    low: finite(interval.low),
    high: finite(interval.high),
    dots: differencesBySeed(a, b, one.metric.better).map(finite),
  };
}

/** Returns the row of a figure that shows the test scores of a setting. */
export function scoreRow(label: string, { metric }: SummaryRow): DotRow {
  return { label, value: metric.median, low: metric.low, high: metric.high, dots: metric.scores };
}

/** Counts the diverged runs of a setting, between two texts: ` (2 of 8 diverged)`; empty if none diverged. */
export function countDiverged({ diverged, seeds }: SummaryRow, before: string, after: string): string {
  return diverged === 0 ? '' : `${before}${diverged} of ${seeds.length} diverged${after}`;
}

/** Formats a difference with its interval: `+0.67 [+0.6, +0.72]`. */
export function formatDifference({ gain, interval }: SeedComparison): string {
  const format = (value: number): string => (Number.isFinite(value) ? formatSigned(value) : 'diverged');
  return `${format(gain)} [${format(interval.low)}, ${format(interval.high)}]`;
}

/** Shows the gain of every strategy over no clipping: one panel for each task, one row for each cell and strategy. */
export function gainsFigure(contests: readonly Contest[]): DotFigure {
  const strategies = groupStrategies(contests);
  const clipped = strategies.filter(({ strategy }) => strategy.id !== 'none');
  return {
    id: 'gains',
    title: 'Gain over no clipping',
    note:
      'Median over the seeds of the improvement in test score, with its 95 % interval (with fewer than six seeds, the range); small dots: ' +
      'seeds. A cross, or a line that reaches the edge, marks diverged runs.',
    x: { name: 'better →', better: 'higher' },
    dotPanels: [...groupBy(contests, nameContest)].map(([task, some]) => ({
      title: `${task}: ${some[0]?.contenders[0]?.rows[0]?.metric.name ?? ''}`,
      level: { x: 0, name: 'no clipping' },
      rows: some.flatMap((contest) => {
        const bare = findUnclipped(contest);
        if (bare === undefined) return [];
        return clipped.flatMap((strategy) => {
          const own = contenderOn(strategy, contest);
          if (own === undefined) return [];
          return [gainRow(clipped.length === 1 ? contest.cell : `${contest.cell} · ${strategy.name}`, own, bare)];
        });
      }),
    })),
  };
}
