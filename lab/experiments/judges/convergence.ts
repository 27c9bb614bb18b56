import type { Answer, AnswerTable, DotFigure } from '../../analysis/answer.ts';
import { findUnclipped, groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { formatScore, formatSigned, joinWords } from '../../analysis/names.ts';
import { groupStrategies } from '../../analysis/overall.ts';
import { compareBySeed, medianInterval, type ScoresBySeed, type SeedComparison } from '../../analysis/statistics.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { judgeEffects } from './effects.ts';
import { nameContest } from './gains.ts';

/** Compares where training ends, and how much worse a network is on test data than on training data. */
export function judgeConvergence(rows: readonly SummaryRow[]): Answer {
  const contests = groupContests(rows);
  const effects = judgeEffects(rows);
  return {
    ...effects,
    headline: [...contests.map(describeEnd), effects.headline, ...contests.map(describeGaps)].filter(Boolean).join(' '),
    tables: [...effects.tables, gapTable(contests)],
    figures: [scoreFigure(contests), ...effects.figures, gapFigure(contests)],
  };
}

function describeEnd(contest: Contest): string {
  const bare = findUnclipped(contest);
  const clipped = contest.contenders.filter((contender) => contender !== bare);
  const format = (contender: Contender): string => formatScore(shownRow(contender).metric.median ?? NaN);
  const names = new Map(
    groupStrategies([contest]).flatMap(({ name, entries }) =>
      entries.map(({ contender }) => [contender, name] as const),
    ),
  );
  const ends = [
    ...(bare === undefined ? [] : [`${format(bare)} without clipping`]),
    ...clipped.map((contender) => `${format(contender)} with ${names.get(contender) ?? ''}`),
  ];
  const unit = contest.contenders[0] === undefined ? '' : ` (${shownRow(contest.contenders[0]).metric.name})`;
  return `Final test score of the ${contest.cell.toUpperCase()}${unit}: ${joinWords(ends)}.`;
}

/** Compares the gaps between training and test. */
function describeGaps(contest: Contest): string {
  const gaps = groupStrategies([contest]).flatMap(({ name, entries }) =>
    entries.map(({ contender }) => {
      const gap = medianOf(finiteGaps(shownRow(contender))).toFixed(3);
      return name === 'none' ? `${gap} without clipping` : `${gap} with ${name}`;
    }),
  );
  return `Median gap between training and test score of the ${contest.cell.toUpperCase()}: ${joinWords(gaps)}.`;
}

/** The gap of each seed: by how much the score on test data is worse than that on training data. */
function gapsOf({ seeds, metric }: SummaryRow): ScoresBySeed {
  const sign = metric.better === 'lower' ? 1 : -1;
  return new Map(
    seeds.map((seed, index) => {
      const [test, training] = [metric.scores[index], metric.trainingScores?.[index]];
      return [seed, test == null || training == null ? null : sign * (test - training)];
    }),
  );
}

function finiteGaps(row: SummaryRow): number[] {
  return [...gapsOf(row).values()].flatMap((gap) => gap ?? []);
}

function gapTable(contests: readonly Contest[]): AnswerTable {
  return {
    title: 'Generalisation',
    note:
      'Gap: how much worse the score is on the test data than on an equally large part of the training data, as the median over the ' +
      'seeds. Change of the gap: its difference from no clipping, seed by seed, with its 95 % interval; negative is better. p is not adjusted.',
    columns: ['task', 'cell', 'strategy', 'training', 'test', 'gap', 'change of the gap', 'p'],
    rows: contests.flatMap((contest) => {
      const bare = findUnclipped(contest);
      return groupStrategies([contest]).flatMap(({ name, entries }) =>
        entries.map(({ contender }) => {
          const row = shownRow(contender);
          const comparison =
            bare === undefined || bare === contender
              ? undefined
              : compareBySeed(gapsOf(row), gapsOf(shownRow(bare)), 'higher');
          return [
            nameContest(contest),
            contest.cell,
            name,
            formatScore(medianInterval(trainingOf(row)).isRange ? NaN : medianOf(trainingOf(row))),
            formatScore(row.metric.median ?? NaN),
            formatScore(medianOf(finiteGaps(row))),
            comparison === undefined ? '–' : formatChange(comparison),
            comparison === undefined ? '–' : String(Number(comparison.p.toPrecision(2))),
          ];
        }),
      );
    }),
  };
}

function trainingOf({ metric }: SummaryRow): number[] {
  return (metric.trainingScores ?? []).flatMap((score) => score ?? []);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

function formatChange({ gain, interval }: SeedComparison): string {
  return `${formatSigned(gain)} [${formatSigned(interval.low)}, ${formatSigned(interval.high)}]`;
}

function scoreFigure(contests: readonly Contest[]): DotFigure {
  return figureOf('end', 'Where training ends', contests, (row) => ({
    value: row.metric.median,
    low: row.metric.low,
    high: row.metric.high,
    dots: row.metric.scores,
  }));
}

function gapFigure(contests: readonly Contest[]): DotFigure {
  return figureOf('gap', 'Gap between training and test', contests, (row) => {
    const gaps = finiteGaps(row);
    const { low, high } = medianInterval(gaps);
    return { value: medianOf(gaps), low, high, dots: gaps };
  });
}

function figureOf(
  id: string,
  title: string,
  contests: readonly Contest[],
  valueOf: (row: SummaryRow) => Omit<DotFigure['dotPanels'][number]['rows'][number], 'label'>,
): DotFigure {
  const { name = '', better = 'lower' } = contests[0]?.contenders[0]?.rows[0]?.metric ?? {};
  return {
    id,
    title,
    note: `In ${name}, ${better} is better: median over the seeds with its 95 % interval; small dots are seeds.`,
    x: { name, better },
    dotPanels: contests.map((contest) => ({
      title: contest.cell,
      rows: groupStrategies([contest]).flatMap(({ name: label, entries }) =>
        entries.map(({ contender }) => ({ label, ...valueOf(shownRow(contender)) })),
      ),
    })),
  };
}
