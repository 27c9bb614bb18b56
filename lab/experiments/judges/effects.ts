import type { Estimate } from '../../analysis/aggregate.ts';
import type { Answer, AnswerTable, Figure } from '../../analysis/answer.ts';
import { groupContests, type Contest } from '../../analysis/contests.ts';
import { formatP, shownRow } from '../../analysis/findings.ts';
import { formatPercent, formatScore, formatSigned, labelStrategies } from '../../analysis/names.ts';
import {
  aggregateOverNetworks,
  contenderOn,
  groupStrategies,
  type Aggregates,
  type StrategyOverall,
} from '../../analysis/overall.ts';
import type { Gain, SummaryRow } from '../../analysis/summary.ts';
import { countDiverged, gainsFigure, nameContest } from './gains.ts';
import { countVerdicts, describeVerdicts } from './verdict-sentences.ts';

/** Compares each strategy with no clipping on each network, each at the setting that is best on validation. */
export function judgeEffects(rows: readonly SummaryRow[]): Answer {
  const contests = groupContests(rows);
  const strategies = groupStrategies(contests);
  const aggregates = aggregateOverNetworks(contests);
  return {
    headline: countVerdicts(strategies),
    statements: strategies.flatMap(describeVerdicts),
    tables: [
      scoresTable(contests, strategies),
      gainsTable(contests),
      ...(aggregates === undefined ? [] : [aggregatesTable(aggregates, contests)]),
    ],
    figures: [gainsFigure(contests), ...(aggregates === undefined ? [] : [profileFigure(aggregates)])],
  };
}

/** Creates the table of scores: one row for each network, one column for each strategy. */
export function scoresTable(contests: readonly Contest[], strategies: readonly StrategyOverall[]): AnswerTable {
  return {
    title: 'Scores on the test data',
    note:
      'Median over the seeds, each strategy at the setting that is best on validation. In brackets: the learning rate and the share ' +
      'of steps clipped. Baseline: a predictor that learns nothing.',
    columns: ['task', 'cell', 'score', 'baseline', ...strategies.map(({ name }) => name)],
    rows: contests.map((contest) => {
      const { metric } = contest.contenders[0]?.rows[0] as SummaryRow;
      return [
        nameContest(contest),
        contest.cell,
        `${metric.name}, ${metric.better} is better`,
        formatScore(metric.baseline),
        ...strategies.map((strategy) => {
          const own = contenderOn(strategy, contest);
          if (own === undefined) return '–';
          if (own.best === undefined) return 'diverged';
          const { metric: scored, learningRate, clipRate } = own.best;
          const clipped = own.strategy.id === 'none' ? '' : `, ${formatPercent(clipRate)}`;
          return `${formatScore(scored.median ?? NaN)} (${learningRate}${clipped}${countDiverged(own.best, '; ', '')})`;
        }),
      ];
    }),
  };
}

/** Creates the table that compares each strategy with no clipping seed by seed. */
export function gainsTable(contests: readonly Contest[]): AnswerTable {
  const label = labelStrategies(contests.flatMap(({ contenders }) => contenders.map(({ strategy }) => strategy)));
  return {
    title: 'Seed by seed against no clipping',
    note:
      'Gain: the median over the seeds of the improvement in test score, in the unit of the score, with its 95 % interval ' +
      '(with fewer than six seeds, the range). `diverged` as its lower end: runs of the strategy diverged; as its upper end: runs without ' +
      'clipping did. p: exact sign-flip test on ranks, two-sided, adjusted by Holm over all tested strategies of a cell. A dash: not tested.',
    columns: ['task', 'cell', 'strategy', 'better', 'worse', 'gain', 'p', 'verdict'],
    rows: contests.flatMap((contest) =>
      contest.contenders.flatMap((contender) => {
        const { gain, verdict, adjustedP } = shownRow(contender);
        if (gain === undefined || verdict === undefined) return [];
        return [
          [
            nameContest(contest),
            contest.cell,
            label(contender.strategy),
            `${gain.better}/${gain.seeds}`,
            `${gain.worse}/${gain.seeds}`,
            formatGainCell(gain),
            adjustedP === undefined ? '–' : formatP(adjustedP),
            verdict,
          ],
        ];
      }),
    ),
  };
}

function aggregatesTable({ networks, strategies }: Aggregates, contests: readonly Contest[]): AnswerTable {
  return {
    title: 'Over all networks',
    note:
      `${networks} of ${contests.length} networks: those that at least one strategy learns. Scores are normalized: 0 is the baseline, a worse score ` +
      'or a diverged run, and 1 is the best median of any strategy on that network. IQM: the mean of the middle half of all ' +
      'runs. P: the probability that a run is better than one without clipping. Both with their 95 % interval from the stratified ' +
      `bootstrap over seeds (Agarwal et al., 2021). ${UNADJUSTED}`,
    columns: ['strategy', 'IQM', 'P(better than none)'],
    rows: strategies.map(({ name, iqm, improvement }) => [
      name,
      formatEstimate(iqm),
      improvement === undefined ? '–' : formatEstimate(improvement),
    ]),
  };
}

function profileFigure({ levels, strategies }: Aggregates): Figure {
  return {
    id: 'profile',
    title: 'Performance profile',
    note: 'The share of runs whose normalized score is above each level, with its 95 % interval. A higher curve is better.',
    x: { name: 'normalized score', log: false },
    y: { name: 'share of runs, %', domain: [0, 100] },
    panels: [
      {
        title: 'all networks',
        curves: strategies.map(({ strategy, profile }) => ({
          strategy,
          points: profile.map(({ value, low, high }, index) => ({
            x: levels[index]!,
            y: 100 * value,
            low: 100 * low,
            high: 100 * high,
          })),
        })),
      },
    ],
  };
}

/** What the intervals of several strategies do not account for. */
export const UNADJUSTED = 'The intervals are not adjusted for the number of strategies.';

export function formatEstimate({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function formatGainCell({ value, low, high, seeds }: Gain): string {
  if (value === null) return '–';
  const end = (one: number | null): string => (one === null ? 'diverged' : formatSigned(one));
  return seeds < 2 ? formatSigned(value) : `${formatSigned(value)} [${end(low)}, ${end(high)}]`;
}
