import { sortUnique } from '../../analysis/sort-unique.ts';
import { groupContests, type Contest } from '../../analysis/contests.ts';
import { formatPercent, formatScore, labelStrategies } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import type { Figure, Answer } from '../../analysis/answer.ts';

/** Finds the largest learning rate at which each strategy trains, and its best score, for each cell. */
export function judgeByRate(rows: readonly SummaryRow[]): Answer {
  const label = labelStrategies(rows.map(({ strategy }) => strategy));
  const contests = groupContests(rows);
  return {
    statements: contests.map((contest) => {
      const parts = contest.contenders.map(({ strategy, rows, best }) => {
        const name = strategy.id === 'none' ? 'no clipping' : label(strategy);
        const score =
          best === undefined
            ? ''
            : ` (best score ${formatScore(best.metric.median ?? NaN)}, at rate ${best.learningRate})`;
        return `${name} ${largestTrainedRate(rows)}${score}`;
      });
      return `${contest.cell}: largest learning rate at which it trains (no seed diverged, median better than the baseline ${formatScore(allRows(contest)[0]?.metric.baseline ?? NaN)}): ${parts.join('; ')}.`;
    }),
    tables: contests.map((contest) => ({
      title: `${contest.cell}: score at each learning rate`,
      note:
        `${allRows(contest)[0]?.metric.name ?? ''}: median over seeds, with its 95 % bootstrap interval; in brackets the share ` +
        'of steps clipped.',
      columns: ['strategy', ...allRates(contest).map((rate) => `rate ${rate}`)],
      rows: contest.contenders.map((contender) => [
        label(contender.strategy),
        ...allRates(contest).map((rate) => formatRow(contender.rows.find(({ learningRate }) => learningRate === rate))),
      ]),
    })),
    figures: [rateFigure(contests)],
  };
}

/** Formats a row for a table cell: score, interval, clip rate and diverged seeds. */
export function formatRow(row: SummaryRow | undefined): string {
  if (row === undefined) return '–';
  const { metric, diverged, seeds, clipRate } = row;
  const failed = diverged === 0 ? '' : `, ${diverged} of ${seeds.length} diverged`;
  if (metric.median === null)
    return diverged === seeds.length ? 'diverged' : `diverged (${diverged} of ${seeds.length})`;
  const [low, high] = metric.interval.map((end) => (end === null ? 'diverged' : formatScore(end)));
  const interval = seeds.length > 1 ? ` [${low ?? ''}, ${high ?? ''}]` : '';
  return `${formatScore(metric.median)}${interval} (${formatPercent(clipRate)}${failed})`;
}

function rateFigure(contests: readonly Contest[]): Figure {
  const all = contests.flatMap(allRows);
  const scores = all.flatMap(({ metric: { median } }) => median ?? []);
  const baseline = all[0]?.metric.baseline ?? 0;
  return {
    id: 'rates',
    title: 'Score by learning rate',
    note: 'The median over seeds and its quartiles. Where a line ends, runs diverge beyond it, or score worse than the baseline.',
    x: { name: 'learning rate', log: true },
    y: { name: all[0]?.metric.name ?? 'score', domain: [Math.min(...scores), baseline * 1.05] },
    panels: contests.map((contest) => ({
      title: contest.cell,
      level: { y: baseline, name: 'baseline' },
      curves: contest.contenders.map(({ strategy, rows }) => ({
        strategy,
        points: rows.map(({ learningRate, metric: { median, q1, q3 } }) => ({
          x: learningRate,
          y: median !== null && median > baseline * 1.05 ? null : median,
          low: q1,
          high: q3,
        })),
      })),
    })),
  };
}

/** Returns the largest rate at which no seed diverged and the median beats the baseline. */
function largestTrainedRate(rows: readonly SummaryRow[]): string {
  const trains = rows.filter(({ diverged, metric: { median, baseline, better } }) => {
    return diverged === 0 && median !== null && (better === 'lower' ? median < baseline : median > baseline);
  });
  const last = trains.at(-1);
  if (last === undefined) return 'none';
  return `${last.learningRate}${last === rows.at(-1) ? ', the largest tried' : ''}`;
}

function allRows({ contenders }: Contest): SummaryRow[] {
  return contenders.flatMap(({ rows }) => rows);
}

function allRates(contest: Contest): number[] {
  return sortUnique(allRows(contest).map(({ learningRate }) => learningRate));
}
