import type { StrategySpec } from 'gradclip';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { findBest, groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { classifyEffect, findUnclipped } from '../../analysis/against-none.ts';
import { joinWords, formatPercent, formatScore, labelStrategies } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { formatRow } from './by-rate.ts';
import { isWithin } from '../../analysis/within.ts';
import type { Figure, Answer } from '../../analysis/answer.ts';

const TOLERANCE = 0.02;

/** Compares the thresholds of `global-norm`, and the adaptive strategies with the best of them. */
export function judgeByThreshold(rows: readonly SummaryRow[]): Answer {
  const label = labelStrategies(rows.map(({ strategy }) => strategy));
  const contests = groupContests(rows);
  return {
    statements: contests.flatMap((contest) => [fixedStatement(contest), adaptiveStatement(contest, label)]),
    tables: contests.map((contest) => ({
      title: `${contest.cell}: each threshold at its own best learning rate`,
      note:
        `${contest.contenders[0]?.rows[0]?.metric.name ?? ''}: median over seeds, with its 95 % bootstrap interval; in brackets ` +
        'the share of steps clipped. The rate is chosen in hindsight.',
      columns: ['strategy', 'best rate', 'score', 'rates at which it diverged'],
      rows: contest.contenders.map(({ strategy, best, rows: allRates }) => [
        label(strategy),
        best === undefined ? '–' : String(best.learningRate),
        best === undefined ? 'diverged' : formatRow(best),
        joinWords(allRates.filter(({ diverged }) => diverged > 0).map(({ learningRate }) => String(learningRate))) ||
          'none',
      ]),
    })),
    figures: [thresholdFigure(contests)],
  };
}

function fixedStatement(contest: Contest): string {
  const fixed = fixedThresholds(contest);
  const best = findBest(fixed.flatMap(({ best }) => best ?? []));
  const good = fixed.filter((one) => one.best !== undefined && isWithin(one.best, best, TOLERANCE)).map(thresholdOf);
  const bare = findUnclipped(contest)?.best;
  const measured =
    bare?.normBefore == null
      ? ''
      : ` Unclipped at its best rate, norms had a median of ${formatScore(bare.normBefore.median)} and a 90th percentile of ${formatScore(bare.normBefore.p90)}.`;
  const span =
    good.length < 2
      ? `${good[0] ?? 'none'}`
      : `${Math.min(...good)} to ${Math.max(...good)} (${good.length} of ${fixed.length} tried)`;
  return (
    `${contest.cell}: thresholds within ${formatPercent(TOLERANCE)} of the best one, each at its own rate: ${span}. ` +
    `The best scores ${formatScore(best?.metric.median ?? NaN)}, no clipping ${formatScore(bare?.metric.median ?? NaN)}.${measured}`
  );
}

function adaptiveStatement(contest: Contest, label: (spec: StrategySpec) => string): string {
  const fixed = findBest(fixedThresholds(contest).flatMap(({ best }) => best ?? []));
  const words = { helped: 'better', 'made no clear difference': 'no clear difference', lost: 'worse' } as const;
  const parts = contest.contenders
    .filter(({ strategy }) => !['none', 'global-norm'].includes(strategy.id))
    .map(
      ({ strategy, best }) =>
        `${label(strategy)} ${best === undefined ? 'diverged' : formatScore(best.metric.median ?? NaN)}, ${words[classifyEffect(best, fixed)]}`,
    );
  return `${contest.cell}: against the best fixed threshold (${formatScore(fixed?.metric.median ?? NaN)}), chosen in hindsight: ${parts.join('; ')}.`;
}

function fixedThresholds({ contenders }: Contest): Contender[] {
  return contenders.filter(({ strategy }) => strategy.id === 'global-norm');
}

function thresholdOf({ strategy }: Contender): number {
  return strategy.options?.['maxNorm'] as number;
}

function thresholdFigure(contests: readonly Contest[]): Figure {
  const all = contests.flatMap(({ contenders }) => contenders.flatMap(({ rows }) => rows));
  const scores = all.flatMap(({ metric: { median } }) => median ?? []);
  const baseline = all[0]?.metric.baseline ?? 0;
  return {
    id: 'thresholds',
    title: 'Score by threshold of global-norm',
    note: 'A line for each learning rate: the median over seeds and its quartiles. Where a line ends, runs diverge or score worse than the baseline. Dotted: no clipping at its best rate.',
    x: { name: 'maxNorm', log: true },
    y: { name: all[0]?.metric.name ?? 'score', domain: [Math.min(...scores), baseline * 1.05] },
    curveIs: 'at',
    panels: contests.map((contest) => ({
      title: contest.cell,
      level: { y: findUnclipped(contest)?.best?.metric.median ?? baseline, name: 'no clipping' },
      curves: allRates(contest).map((rate) => ({
        strategy: { id: `rate ${rate}` },
        points: fixedThresholds(contest).flatMap((contender) => {
          const row = contender.rows.find(({ learningRate }) => learningRate === rate);
          if (row === undefined) return [];
          const { median, q1, q3 } = row.metric;
          const lost = median === null || median > baseline * 1.05;
          return [{ x: thresholdOf(contender), y: lost ? null : median, low: q1, high: q3 }];
        }),
      })),
    })),
  };
}

function allRates(contest: Contest): number[] {
  return sortUnique(fixedThresholds(contest).flatMap(({ rows }) => rows.map(({ learningRate }) => learningRate)));
}
