import type { Answer } from '../../analysis/answer.ts';
import { findBest, groupContests } from '../../analysis/contests.ts';
import { formatGain, shownRow, writeFindings } from '../../analysis/findings.ts';
import { formatPercent, formatScore } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { groupByThreshold, thresholdOf } from './thresholds.ts';

/** Shows the validation score at each threshold of `global-norm`, and the test score of the chosen setting. */
export function judgeThresholdCurve(rows: readonly SummaryRow[]): Answer {
  const tuned = rows.filter(({ tuning, strategy }) => tuning && strategy.id === 'global-norm');
  const steps = Math.max(...tuned.map(({ plannedSteps }) => plannedSteps));
  // Each threshold at the rate that suits it best, after as many steps as it was trained for.
  const curve = groupByThreshold(tuned).flatMap(([, own]) => {
    const longest = Math.max(...own.map(({ plannedSteps }) => plannedSteps));
    return findBest(own.filter(({ plannedSteps }) => plannedSteps === longest)) ?? [];
  });
  const [contest] = groupContests(rows);
  const chosen = contest?.contenders.find(({ strategy }) => strategy.id === 'global-norm');
  if (contest === undefined || chosen?.best === undefined || curve.length === 0) {
    return { statements: ['Every clipped run diverged. Try a smaller learning rate.'], tables: [], figures: [] };
  }
  const { name, better, baseline } = chosen.best.metric;
  const { gain } = shownRow(chosen);
  return {
    statements: [
      `Best on validation: maxNorm ${thresholdOf(chosen.best)} at learning rate ${chosen.best.learningRate}. On the test data, with other ` +
        `seeds, it scores ${formatScore(chosen.best.metric.median ?? NaN)} ${name}` +
        `${gain === undefined ? '' : ` (gain over no clipping: ${formatGain(gain)})`}.`,
      ...writeFindings(rows),
    ],
    tables: [
      {
        title: 'Validation score by threshold',
        note:
          `${name}, ${better} is better: median over the tuning seeds, each threshold at its best learning rate. Thresholds that ` +
          `were worse after fewer steps were not trained for all ${steps}. In brackets: the share of steps clipped.`,
        columns: ['maxNorm', 'learning rate', 'steps', 'validation score'],
        rows: curve.map((row) => [
          String(thresholdOf(row)),
          String(row.learningRate),
          String(row.plannedSteps),
          `${formatScore(row.metric.validation ?? NaN)} (${formatPercent(row.clipRate)})`,
        ]),
      },
    ],
    figures: [
      {
        id: 'curve',
        title: 'Validation score by threshold',
        note: 'The median over the tuning seeds, each threshold at its best learning rate.',
        x: { name: 'maxNorm', log: true },
        y: { name },
        panels: [
          {
            title: contest.cell,
            level: { y: baseline, name: 'baseline' },
            curves: [
              {
                strategy: { id: 'global-norm' },
                points: curve.map((row) => ({ x: thresholdOf(row), y: row.metric.validation })),
              },
            ],
          },
        ],
      },
    ],
  };
}
