import type { AnswerTable, CurveFigure, Panel } from '../../analysis/answer.ts';
import { findBest, findUnclipped, networkKey, type Contender, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatPercent, formatScore } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { nameContest } from './gains.ts';

/** Whether this is `global-norm` with a threshold that tuning chose. */
export function hasTunedThreshold({ strategy: { id, options } }: Pick<Contender, 'strategy'>): boolean {
  return id === 'global-norm' && typeof options?.['maxNorm'] === 'number';
}

/** The threshold of a row of `global-norm`. */
export function thresholdOf({ strategy }: SummaryRow): number {
  return strategy.options['maxNorm'] as number;
}

/** Groups rows of `global-norm` by their thresholds, in ascending order. */
export function groupByThreshold(rows: readonly SummaryRow[]): [threshold: number, own: SummaryRow[]][] {
  return [...groupBy(rows, (row) => String(thresholdOf(row))).values()]
    .map((own): [number, SummaryRow[]] => [thresholdOf(own[0]!), own])
    .toSorted(([one], [other]) => one - other);
}

/**
 * Shows the validation score at each threshold of `global-norm`, each at its best learning rate: one chart per network.
 *
 * Only the first round of tuning trains all settings, so the scores are from its few steps.
 */
export function thresholdsFigure(rows: readonly SummaryRow[]): CurveFigure {
  const networks = groupBy(
    rows.filter(({ tuning }) => tuning),
    networkKey,
  );
  return {
    id: 'thresholds',
    title: 'Validation score by threshold',
    note:
      'The median over the tuning seeds in the first round of tuning, each threshold at its best learning rate. The horizontal line ' +
      'is the best score without clipping.',
    x: { name: 'maxNorm', log: true },
    y: { name: 'validation score' },
    panels: [...networks.values()].map(thresholdPanel),
  };
}

function thresholdPanel(rows: readonly SummaryRow[]): Panel {
  const steps = Math.min(...rows.map(({ plannedSteps }) => plannedSteps));
  const first = rows.filter(({ plannedSteps }) => plannedSteps === steps);
  const bestOf = (some: readonly SummaryRow[]): number | null => findBest(some)?.metric.validation ?? null;
  const clipped = first.filter(hasTunedThreshold);
  const points = groupByThreshold(clipped).map(([x, own]) => ({ x, y: bestOf(own) }));
  const level = bestOf(first.filter(({ strategy }) => strategy.id === 'none'));
  const { task, cell, metric } = rows[0]!;
  return {
    title: `${task}, ${cell}: ${metric.name}`,
    curves: [{ strategy: { id: 'global-norm' }, points }],
    ...(level !== null && { level: { y: level, name: 'no clipping' } }),
  };
}

/** Compares the tuned thresholds of `global-norm` with the norms of the gradients. */
export function thresholdsTable(contests: readonly Contest[]): AnswerTable {
  return {
    title: 'Tuned thresholds',
    note:
      'The threshold and the learning rate that tuning chose for `global-norm`. The norms are medians over the steps and seeds, before ' +
      'clipping.',
    columns: [
      'task',
      'cell',
      'maxNorm',
      'steps clipped',
      'median norm',
      'largest norm',
      'learning rate',
      'learning rate without clipping',
    ],
    rows: contests.flatMap((contest) => {
      const tuned = contest.contenders.find(hasTunedThreshold);
      const bare = findUnclipped(contest);
      if (tuned === undefined) return [];
      const { strategy, clipRate, normBefore, learningRate } = shownRow(tuned);
      return [
        [
          nameContest(contest),
          contest.cell,
          String(strategy.options['maxNorm']),
          formatPercent(clipRate),
          formatScore(normBefore?.median ?? NaN),
          formatScore(normBefore?.max ?? NaN),
          String(learningRate),
          bare ? String(shownRow(bare).learningRate) : '–',
        ],
      ];
    }),
  };
}
