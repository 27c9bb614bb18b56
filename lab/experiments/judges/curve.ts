import { findBest, groupContests } from '../../analysis/contests.ts';
import { formatScore } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { formatRow } from './by-rate.ts';
import type { Answer } from '../../analysis/answer.ts';
import { isWithin } from '../../analysis/within.ts';

const TOLERANCE = 0.02;

/** Finds the score at each threshold of `global-norm` at one learning rate. The command `tune` shows it. */
export function judgeThresholdCurve(rows: readonly SummaryRow[]): Answer {
  const [contest] = groupContests(rows);
  const clipped = rows
    .filter(({ strategy }) => strategy.id === 'global-norm')
    .toSorted((a, b) => thresholdOf(a) - thresholdOf(b));
  const best = findBest(clipped);
  const bare = rows.find(({ strategy, learningRate }) => strategy.id === 'none' && learningRate === best?.learningRate);
  if (contest === undefined || best === undefined) {
    return { statements: ['Every clipped run diverged. Try a smaller learning rate.'], tables: [], figures: [] };
  }
  const good = clipped.filter((row) => isWithin(row, best, TOLERANCE)).map(thresholdOf);
  const { name, baseline } = best.metric;
  const without = bare?.metric.median ?? null;
  return {
    statements: [
      `Best of the thresholds tried: ${thresholdOf(best)}, at ${formatScore(best.metric.median ?? NaN)} ${name}; without clipping ` +
        `${without === null ? 'it diverged' : formatScore(without)}. Within 2 % of the best: ${good.join(', ')}.`,
    ],
    tables: [
      {
        title: `Score by threshold, at learning rate ${best.learningRate}`,
        note: `${name} on unseen data, ${best.metric.better} is better: median over seeds, with its 95 % bootstrap interval; in brackets the share of steps clipped. Chosen by this table, a threshold looks a little better than it is.`,
        columns: ['maxNorm', 'score'],
        rows: [
          ...clipped.map((row) => [String(thresholdOf(row)), formatRow(row)]),
          ...(bare === undefined ? [] : [['no clipping', formatRow(bare)]]),
        ],
      },
    ],
    figures: [
      {
        id: 'curve',
        title: 'Score by threshold',
        note: 'The median over seeds and its quartiles.',
        x: { name: 'maxNorm', log: true },
        y: { name },
        panels: [
          {
            title: `${contest.cell} at rate ${best.learningRate}`,
            level: without === null ? { y: baseline, name: 'baseline' } : { y: without, name: 'no clipping' },
            curves: [
              {
                strategy: { id: 'global-norm' },
                points: clipped.map((row) => ({
                  x: thresholdOf(row),
                  y: row.metric.median,
                  low: row.metric.q1,
                  high: row.metric.q3,
                })),
              },
            ],
          },
        ],
      },
    ],
  };
}

function thresholdOf({ strategy }: SummaryRow): number {
  return strategy.options['maxNorm'] as number;
}
