import type { Answer, AnswerTable, DotFigure, DotPanel } from '../../analysis/answer.ts';
import { groupContests, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatOptions, formatPercent, formatScore, joinWords } from '../../analysis/names.ts';
import {
  aggregateOverNetworks,
  contenderOn,
  groupStrategies,
  type Aggregate,
  type Aggregates,
} from '../../analysis/overall.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { formatEstimate, gainsTable, UNADJUSTED } from './effects.ts';
import { countDiverged, nameContest } from './gains.ts';
import { countVerdicts } from './verdict-sentences.ts';

/** Ranks all strategies over all networks and for each cell. */
export function judgeRanking(rows: readonly SummaryRow[]): Answer {
  const contests = groupContests(rows);
  const overall = aggregateOverNetworks(contests);
  const byCell = [...groupBy(contests, ({ cell }) => cell)].flatMap(([cell, own]) => {
    const aggregates = aggregateOverNetworks(own);
    return aggregates === undefined ? [] : [{ cell, aggregates }];
  });
  return {
    ...(overall && { headline: rankingHeadline(overall) }),
    statements: [
      countVerdicts(groupStrategies(contests)),
      ...byCell.map(({ cell, aggregates }) => describeBest(cell, aggregates)),
    ],
    figures: [
      ...(overall ? [rankingFigure('iqm', 'Ranking', [{ title: 'all networks', aggregates: overall }])] : []),
      ...(byCell.length === 0
        ? []
        : [
            rankingFigure(
              'iqm-by-cell',
              'Ranking by cell',
              byCell.map(({ cell, aggregates }) => ({ title: cell, aggregates })),
            ),
          ]),
    ],
    tables: [
      ...(overall ? [rankingTable(overall, byCell)] : []),
      scoresByStrategy(contests),
      chosenSettings(contests, settingFormat(rows)),
      gainsTable(contests),
    ],
  };
}

function ranked({ strategies }: Aggregates): Aggregate[] {
  return strategies.toSorted((a, b) => b.iqm.value - a.iqm.value);
}

function rankingHeadline(aggregates: Aggregates): string {
  const [first, ...rest] = ranked(aggregates);
  if (first === undefined) return '';
  const leaders = [first, ...rest.filter(({ iqm }) => iqm.high >= first.iqm.low)];
  const bare = aggregates.strategies.find(({ strategy }) => strategy.id === 'none');
  const better = aggregates.strategies.filter(({ improvement }) => improvement !== undefined && improvement.low > 0.5);
  const worse = aggregates.strategies.filter(({ improvement }) => improvement !== undefined && improvement.high < 0.5);
  const clipped = aggregates.strategies.length - (bare ? 1 : 0);
  const scores = joinWords(leaders.map(({ name, iqm }) => `${name} (${formatEstimate(iqm)})`));
  const lead =
    leaders.length > MAX_LEADERS
      ? `${first.name} has the highest interquartile mean of the normalized scores over ${aggregates.networks} networks, ${formatEstimate(first.iqm)}, but the ` +
        `intervals of ${leaders.length - 1} others overlap with its own`
      : `Over ${aggregates.networks} networks, ${scores} ${leaders.length === 1 ? 'has' : 'have'} the highest interquartile mean of the normalized scores`;
  const verbs = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
  return (
    `${lead}${bare && !leaders.includes(bare) ? `; without clipping it is ${formatEstimate(bare.iqm)}` : ''}. ` +
    `Of ${clipped} clipping variants, ${verbs(better.length, 'beats', 'beat')} training without clipping more often than not, ` +
    `${verbs(worse.length, 'loses', 'lose')} more often than not, and the others show no clear difference.`
  );
}

/** The number of strategies that a sentence can name. */
const MAX_LEADERS = 4;

/** Names the best strategies of a cell. */
function describeBest(cell: string, aggregates: Aggregates): string {
  const order = ranked(aggregates);
  const bare = order.find(({ strategy }) => strategy.id === 'none');
  const better = order.filter(({ improvement }) => improvement !== undefined && improvement.low > 0.5);
  const reference = bare ? ` no clipping (IQM ${formatEstimate(bare.iqm)})` : ' no clipping';
  if (better.length === 0) return `${cell}: no clipping variant beats${reference} more often than not.`;
  const named = better.slice(0, MAX_BEST).map(({ name, iqm }) => `${name} (IQM ${formatEstimate(iqm)})`);
  const [variants, beat] = better.length === 1 ? ['variant', 'beats'] : ['variants', 'beat'];
  const best = better.length > MAX_BEST ? 'the best are ' : '';
  return `${cell}: ${better.length} clipping ${variants} ${beat}${reference} more often than not: ${best}${joinWords(named)}.`;
}

/** The number of the best strategies of a cell that a sentence names. */
const MAX_BEST = 3;

/** Formats the options that were tuned, and the learning rate. */
type FormatSetting = (row: SummaryRow) => string;

/** Shows of the options of a strategy those numbers that differ between its rows, because tuning tried several. */
function settingFormat(rows: readonly SummaryRow[]): FormatSetting {
  const byStrategy = groupBy(rows, ({ strategy }) => strategy.id);
  const isTuned = (id: string, name: string): boolean =>
    new Set(byStrategy.get(id)?.map(({ strategy }) => strategy.options[name])).size > 1;
  return ({ strategy: { id, options }, learningRate }) => {
    const tuned = Object.entries(options).filter(([name, value]) => typeof value === 'number' && isTuned(id, name));
    return [formatOptions({ id, options: Object.fromEntries(tuned) }), `rate ${learningRate}`]
      .filter(Boolean)
      .join(', ');
  };
}

function rankingFigure(
  id: string,
  title: string,
  panels: readonly { readonly title: string; readonly aggregates: Aggregates }[],
): DotFigure {
  return {
    id,
    title,
    note:
      'Interquartile mean of the normalized test scores with its 95 % interval: 0 is the baseline or worse, and 1 the best median of any ' +
      'strategy on a network. The dashed line is no clipping.',
    x: { name: 'normalized score →', better: 'higher' },
    dotPanels: panels.map(({ title: panel, aggregates }): DotPanel => {
      const bare = aggregates.strategies.find(({ strategy }) => strategy.id === 'none');
      return {
        title: panel,
        rows: ranked(aggregates).map(({ name, iqm: { value, low, high } }) => ({ label: name, value, low, high })),
        ...(bare && { level: { x: bare.iqm.value, name: 'no clipping' } }),
      };
    }),
  };
}

function rankingTable(
  overall: Aggregates,
  byCell: readonly { readonly cell: string; readonly aggregates: Aggregates }[],
): AnswerTable {
  return {
    title: 'Ranking',
    note:
      `Over the ${overall.networks} networks that at least one strategy learns. IQM: interquartile mean of the normalized test scores. P: the ` +
      'probability that a run is better than one without clipping. Both with their 95 % interval from the stratified bootstrap over seeds ' +
      `(Agarwal et al., 2021). ${UNADJUSTED}`,
    columns: ['strategy', 'IQM', 'P(better than none)', ...byCell.map(({ cell }) => `IQM, ${cell}`)],
    rows: ranked(overall).map(({ name, iqm, improvement }) => [
      name,
      formatEstimate(iqm),
      improvement === undefined ? '–' : formatEstimate(improvement),
      ...byCell.map(({ aggregates }) => {
        const own = aggregates.strategies.find((one) => one.name === name);
        return own === undefined ? '–' : formatEstimate(own.iqm);
      }),
    ]),
  };
}

function scoresByStrategy(contests: readonly Contest[]): AnswerTable {
  const units = [...groupBy(contests, ({ task }) => task)].map(([task, [contest]]) => {
    const { metric } = contest!.contenders[0]!.rows[0]!;
    return `${task}: ${metric.name}, ${metric.better} is better`;
  });
  return {
    title: 'Scores on the test data',
    note: `Median over the seeds, each strategy at the setting that is best on validation. ${units.join('; ')}.`,
    columns: ['strategy', ...contests.map((contest) => `${nameContest(contest)}, ${contest.cell}`)],
    rows: [
      ['baseline', ...contests.map(({ contenders }) => formatScore(contenders[0]?.rows[0]?.metric.baseline ?? NaN))],
      ...groupStrategies(contests).map((strategy) => [
        strategy.name,
        ...contests.map((contest) => {
          const own = contenderOn(strategy, contest);
          if (own === undefined) return '–';
          const row = shownRow(own);
          if (row.metric.median === null) return 'diverged';
          return `${formatScore(row.metric.median)}${countDiverged(row, ' (', ')')}`;
        }),
      ]),
    ],
  };
}

function chosenSettings(contests: readonly Contest[], formatSetting: FormatSetting): AnswerTable {
  return {
    title: 'Chosen settings',
    note: 'The setting that each strategy chose on the validation data, and the share of steps at which it changed the gradient (skipped steps do not count).',
    columns: ['strategy', ...contests.map((contest) => `${nameContest(contest)}, ${contest.cell}`)],
    rows: groupStrategies(contests).map((strategy) => [
      strategy.name,
      ...contests.map((contest) => {
        const own = contenderOn(strategy, contest);
        if (own === undefined) return '–';
        const row = shownRow(own);
        return `${formatSetting(row)}${strategy.name === 'none' ? '' : ` (${formatPercent(row.clipRate)})`}`;
      }),
    ]),
  };
}
