import type { StrategySpec } from 'gradclip';
import { ascending } from '../../analysis/ascending.ts';
import { bestOf, contestsOf, type Contender, type Contest } from '../../analysis/contests.ts';
import { effectOf, unclippedOf } from '../../analysis/against-none.ts';
import { listed, percentText, scoreText, strategyLabels } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { cellText } from './by-rate.ts';
import { near } from '../../analysis/within.ts';
import type { Figure, Judgement } from '../../analysis/answer.ts';

const GOOD = 0.02;

/** How the score depends on the threshold of `global-norm`, and how strategies that choose it themselves compare. */
export function byThreshold(rows: readonly SummaryRow[]): Judgement {
  const label = strategyLabels(rows.map(({ strategy }) => strategy));
  const contests = contestsOf(rows);
  return {
    answers: contests.flatMap((contest) => [fixedAnswer(contest), adaptiveAnswer(contest, label)]),
    tables: contests.map((contest) => ({
      title: `${contest.cell}: each threshold at its own best learning rate`,
      note:
        `${contest.contenders[0]?.rows[0]?.metric.name ?? ''}: median over seeds, with its 95 % bootstrap interval; in brackets ` +
        'the share of steps clipped. The rate is chosen in hindsight.',
      columns: ['strategy', 'best rate', 'score', 'rates at which it diverged'],
      rows: contest.contenders.map(({ strategy, best, rows: tried }) => [
        label(strategy),
        best === undefined ? '–' : String(best.learningRate),
        best === undefined ? 'diverged' : cellText(best),
        listed(tried.filter(({ diverged }) => diverged > 0).map(({ learningRate }) => String(learningRate))) || 'none',
      ]),
    })),
    figures: [thresholdFigure(contests)],
  };
}

function fixedAnswer(contest: Contest): string {
  const fixed = fixedOf(contest);
  const best = bestOf(fixed.flatMap(({ best }) => best ?? []));
  const good = fixed.filter((one) => one.best !== undefined && near(one.best, best, GOOD)).map(thresholdOf);
  const bare = unclippedOf(contest)?.best;
  const measured =
    bare?.normBefore == null
      ? ''
      : ` Unclipped at its best rate, norms had a median of ${scoreText(bare.normBefore.median)} and a 90th percentile of ${scoreText(bare.normBefore.p90)}.`;
  const span =
    good.length < 2
      ? `${good[0] ?? 'none'}`
      : `${Math.min(...good)} to ${Math.max(...good)} (${good.length} of ${fixed.length} tried)`;
  return (
    `${contest.cell}: thresholds within ${percentText(GOOD)} of the best one, each at its own rate: ${span}. ` +
    `The best scores ${scoreText(best?.metric.median ?? NaN)}, no clipping ${scoreText(bare?.metric.median ?? NaN)}.${measured}`
  );
}

function adaptiveAnswer(contest: Contest, label: (spec: StrategySpec) => string): string {
  const fixed = bestOf(fixedOf(contest).flatMap(({ best }) => best ?? []));
  const words = { helped: 'better', 'made no clear difference': 'no clear difference', lost: 'worse' } as const;
  const parts = contest.contenders
    .filter(({ strategy }) => !['none', 'global-norm'].includes(strategy.id))
    .map(
      ({ strategy, best }) =>
        `${label(strategy)} ${best === undefined ? 'diverged' : scoreText(best.metric.median ?? NaN)}, ${words[effectOf(best, fixed)]}`,
    );
  return `${contest.cell}: against the best fixed threshold (${scoreText(fixed?.metric.median ?? NaN)}), chosen in hindsight: ${parts.join('; ')}.`;
}

function fixedOf({ contenders }: Contest): Contender[] {
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
      level: { y: unclippedOf(contest)?.best?.metric.median ?? baseline, name: 'no clipping' },
      curves: ratesOf(contest).map((rate) => ({
        strategy: { id: `rate ${rate}` },
        points: fixedOf(contest).flatMap((contender) => {
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

function ratesOf(contest: Contest): number[] {
  return ascending(fixedOf(contest).flatMap(({ rows }) => rows.map(({ learningRate }) => learningRate)));
}
