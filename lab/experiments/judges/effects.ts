import type { StrategySpec } from 'gradclip';
import { findBest, groupContests, margin, type Contest } from '../../analysis/contests.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { strategyKey, joinWords, formatPercent, formatScore, labelStrategies } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { compareWithNone, findUnclipped, type NoneComparison, type Effect } from '../../analysis/against-none.ts';
import type { Answer, AnswerTable } from '../../analysis/answer.ts';

type Label = (spec: StrategySpec) => string;

/** Compares each strategy with no clipping on each task and cell, each at its own best learning rate. */
export function judgeEffects(rows: readonly SummaryRow[]): Answer {
  const label = labelStrategies(rows.map(({ strategy }) => strategy));
  const contests = groupContests(rows);
  return {
    statements: [...effectStatements(contests, label), ...cellStatements(contests)],
    tables: [scoresTable(contests, label), pairsTable(contests, label)],
    figures: [],
  };
}

/** Creates the table of scores: one row for each task and cell, one column for each strategy. */
export function scoresTable(contests: readonly Contest[], label: Label): AnswerTable {
  const specs = distinctStrategies(contests);
  return {
    title: 'Scores, each strategy at its own best learning rate',
    note:
      'Median over seeds on unseen data; in brackets the rate, chosen in hindsight, and the share of steps clipped. ' +
      'Of all in the row the best is marked *. Baseline: a predictor that learns nothing.',
    columns: ['task', 'cell', 'score is', 'baseline', ...specs.map(label)],
    rows: contests.map((contest) => {
      const bests = contest.contenders.flatMap(({ best }) => best ?? []);
      const top = findBest(bests);
      const { metric } = contest.contenders[0]?.rows[0] as SummaryRow;
      return [
        nameContest(contest),
        contest.cell,
        `${metric.name}, ${metric.better} is better`,
        formatScore(metric.baseline),
        ...specs.map((spec) => {
          const own = contest.contenders.find(({ strategy }) => strategyKey(strategy) === strategyKey(spec));
          if (own === undefined) return '–';
          if (own.best === undefined) return 'diverged';
          const { metric: scored, learningRate, clipRate } = own.best;
          const clipped = spec.id === 'none' ? '' : `, ${formatPercent(clipRate)}`;
          return `${formatScore(scored.median ?? NaN)}${own.best === top ? '*' : ''} (${learningRate}${clipped})`;
        }),
      ];
    }),
  };
}

/** Creates the table that compares each strategy with no clipping seed by seed. */
export function pairsTable(contests: readonly Contest[], label: Label): AnswerTable {
  return {
    title: 'Seed by seed against no clipping',
    note:
      'Both at their own best rates; the same seed means the same initial weights and batches. The gain is the median over ' +
      'seeds by how much the score is better, in its own unit, with the 95 % bootstrap interval. With so few seeds an ' +
      'interval is about their range; it is no test of significance.',
    columns: ['task', 'cell', 'strategy', 'better', 'worse', 'gain', 'verdict'],
    rows: contests.flatMap((contest) =>
      compareWithNone(contest).map(({ contender, effect, pairs }) => [
        nameContest(contest),
        contest.cell,
        label(contender.strategy),
        pairs === undefined ? '–' : `${pairs.better}/${countSeeds(contender.best)}`,
        pairs === undefined ? '–' : `${pairs.worse}/${countSeeds(contender.best)}`,
        formatGain(pairs),
        effect,
      ]),
    ),
  };
}

function effectStatements(contests: readonly Contest[], label: Label): string[] {
  const all = contests.flatMap((contest) => compareWithNone(contest).map((one) => ({ contest, ...one })));
  const by = [...groupBy(all, ({ contender }) => strategyKey(contender.strategy)).values()];
  return by.map((own) => {
    const name = label((own[0] as NoneComparison).contender.strategy);
    const named = (effect: Effect): string => {
      const those = own.filter((one) => one.effect === effect);
      const where = those.map(({ contest }) => `${nameContest(contest)} with ${contest.cell}`);
      return where.length === 0 ? '' : ` (${joinWords(where)})`;
    };
    const count = (effect: Effect): number => own.filter((one) => one.effect === effect).length;
    return (
      `${name}: of ${own.length} networks it helped ${count('helped')}${named('helped')}, lost on ${count('lost')}` +
      `${named('lost')}, and made no clear difference to ${count('made no clear difference')}.`
    );
  });
}

/** States which cell is best on each task, without and with clipping. */
function cellStatements(contests: readonly Contest[]): string[] {
  return [...groupBy(contests, nameContest)].flatMap(([task, met]) => {
    if (met.length < 2) return [];
    const bare = met.flatMap((contest) => findUnclipped(contest)?.best ?? []);
    const clipped = met.flatMap(({ contenders }) =>
      contenders.flatMap(({ strategy, best }) => (strategy.id === 'none' || best === undefined ? [] : [best])),
    );
    const [without, with_] = [findBest(bare), findBest(clipped)];
    const formatBest = (row: SummaryRow | undefined): string =>
      row === undefined ? 'none trains' : `${row.cell} at ${formatScore(row.metric.median ?? NaN)}`;
    return [
      `${task}: the best cell without clipping is ${formatBest(without)}, with it ${formatBest(with_)}${noteIfNothingLearned(with_, without)}.`,
    ];
  });
}

function noteIfNothingLearned(clipped: SummaryRow | undefined, bare: SummaryRow | undefined): string {
  if (clipped === undefined || bare === undefined) return '';
  const { better, baseline, median } = (margin(clipped, bare) > 0 ? clipped : bare).metric;
  const learned = median !== null && (better === 'lower' ? median < baseline : median > baseline);
  return learned ? '' : '; neither beats the baseline';
}

function formatGain(pairs: NoneComparison['pairs']): string {
  if (pairs?.median == null || pairs.interval === null) return '–';
  const [low, high] = pairs.interval.map(formatSigned);
  return `${formatSigned(pairs.median)} [${low ?? ''}, ${high ?? ''}]`;
}

function formatSigned(value: number): string {
  const digits = Number(value.toPrecision(2));
  return digits > 0 ? `+${digits}` : String(digits).replace('-', '−');
}

function countSeeds(row: SummaryRow | undefined): number {
  return row?.seeds.length ?? 0;
}

function nameContest({ task, variant }: Contest): string {
  return variant === '' ? task : `${task}, ${variant}`;
}

function distinctStrategies(contests: readonly Contest[]): StrategySpec[] {
  const specs = contests.flatMap(({ contenders }) => contenders.map(({ strategy }) => strategy));
  return [...new Map(specs.map((spec) => [strategyKey(spec), spec])).values()];
}
