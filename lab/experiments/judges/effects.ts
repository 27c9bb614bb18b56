import type { Estimate } from '../../analysis/aggregate.ts';
import type { Answer, AnswerTable, Figure } from '../../analysis/answer.ts';
import { findUnclipped, groupContests, type Contest } from '../../analysis/contests.ts';
import { formatP, shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatPercent, formatScore, formatSigned, joinWords, labelStrategies } from '../../analysis/names.ts';
import {
  aggregateOverNetworks,
  contenderOn,
  groupStrategies,
  type Aggregates,
  type StrategyOverall,
} from '../../analysis/overall.ts';
import type { Gain, SummaryRow } from '../../analysis/summary.ts';
import { gainsFigure, nameContest } from './gains.ts';

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
    columns: ['task', 'cell', 'score is', 'baseline', ...strategies.map(({ name }) => name)],
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
          return `${formatScore(scored.median ?? NaN)} (${learningRate}${clipped})`;
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
      '(with fewer than six seeds, the range). p: exact sign-flip test on ranks, two-sided, adjusted by Holm over all tested strategies of a ' +
      'cell. A dash: not tested.',
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

/** Says on which networks a strategy has which verdict; nothing if it was not tested. */
function describeVerdicts({ name, entries }: StrategyOverall): string[] {
  const byVerdict = groupBy(testedOf(entries), ({ verdict }) => verdict);
  if (byVerdict.size === 0) return [];
  const tasks = new Set(entries.map(({ contest }) => nameContest(contest)));
  const verdicts = [...byVerdict].map(([verdict, some]) => {
    const networks = some.map(({ contest }) =>
      tasks.size === 1 ? contest.cell : `${nameContest(contest)} with ${contest.cell}`,
    );
    return `${verdict} on ${joinWords(networks)}`;
  });
  return [`${name}: ${verdicts.join('; ')}.`];
}

/** Counts on how many networks each tested strategy helped and hurt. */
export function countVerdicts(strategies: readonly StrategyOverall[]): string {
  const counts = strategies.flatMap(({ name, entries }) => {
    const verdicts = testedOf(entries).map(({ verdict }) => verdict);
    const countOf = (word: string): number => verdicts.filter((verdict) => verdict === word).length;
    return verdicts.length === 0
      ? []
      : [{ name, entries, networks: verdicts.length, helped: countOf('helped'), hurt: countOf('hurt') }];
  });
  if (counts.length === 0) return 'No comparison had enough seeds to be tested.';
  if (counts.every(({ helped, hurt }) => helped + hurt === 0))
    return `${joinWords(counts.map(({ name }) => name))} had no significant effect on any of the ${counts[0]!.networks} networks.`;
  return counts
    .map(({ name, entries, networks, helped, hurt }) => {
      const scores = networks > MAX_NAMED ? '' : ` (${joinWords(entries.flatMap(describeScores))})`;
      return `${name} helped on ${helped} of ${networks} networks${hurt === 0 ? '' : ` and hurt on ${hurt}`}${scores}.`;
    })
    .join(' ');
}

/** The number of networks whose scores a sentence can name. */
const MAX_NAMED = 4;

/** The scores of a network without and with a strategy, such as `rnn 3.79 → 3.62`. */
function describeScores({ contest, contender }: StrategyOverall['entries'][number]): string[] {
  const bare = findUnclipped(contest);
  if (bare === undefined || bare === contender) return [];
  const [before, after] = [bare, contender].map((one) => shownRow(one).metric.median);
  const format = (score: number | null | undefined): string => (score == null ? 'diverged' : formatScore(score));
  return [`${contest.cell} ${format(before)} → ${format(after)}`];
}

function testedOf(
  entries: StrategyOverall['entries'],
): { readonly contest: Contest; readonly verdict: NonNullable<SummaryRow['verdict']> }[] {
  return entries.flatMap(({ contest, contender }) => {
    const { verdict } = shownRow(contender);
    return verdict === undefined || verdict === 'interval only' ? [] : [{ contest, verdict }];
  });
}

function aggregatesTable({ networks, strategies }: Aggregates, contests: readonly Contest[]): AnswerTable {
  return {
    title: 'Over all networks',
    note:
      `${networks} of ${contests.length} networks: those that at least one strategy learns. Scores are normalized: 0 is the baseline, a worse score ` +
      'or a diverged run, and 1 is the best median of any strategy on that network. IQM: the mean of the middle half of all ' +
      'runs. P: the probability that a run is better than one without clipping. Both with their 95 % interval from the stratified ' +
      'bootstrap over seeds (Agarwal et al., 2021).',
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

export function formatEstimate({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function formatGainCell({ value, low, high, seeds }: Gain): string {
  if (value === null) return '–';
  const end = (one: number | null): string => (one === null ? 'diverged' : formatSigned(one));
  return seeds < 2 ? formatSigned(value) : `${formatSigned(value)} [${end(low)}, ${end(high)}]`;
}
