import { median } from 'simple-statistics';
import type { Answer, AnswerTable, DotFigure, DotRow } from '../../analysis/answer.ts';
import { findUnclipped, groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { formatP, shownRow } from '../../analysis/findings.ts';
import { formatScore, joinWords } from '../../analysis/names.ts';
import { nameContenders } from '../../analysis/overall.ts';
import { compareBySeed, medianInterval, type ScoresBySeed } from '../../analysis/statistics.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { judgeEffects } from './effects.ts';
import { formatDifference, nameContest, scoreRow } from './gains.ts';

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
  const format = (contender: Contender): string => formatScore(shownRow(contender).metric.median ?? NaN);
  const clipped = nameContenders(contest).filter(({ contender }) => contender !== bare);
  const ends = [
    ...(bare === undefined ? [] : [`${format(bare)} without clipping`]),
    ...clipped.map(({ name, contender }) => `${format(contender)} with ${name}`),
  ];
  const unit = contest.contenders[0] === undefined ? '' : ` (${shownRow(contest.contenders[0]).metric.name})`;
  return `Final test score of the ${contest.cell.toUpperCase()}${unit}: ${joinWords(ends)}.`;
}

/** Compares the gaps between training and test. */
function describeGaps(contest: Contest): string {
  const gaps = nameContenders(contest).map(({ name, contender }) => {
    const gap = medianOf(finiteGaps(shownRow(contender))).toFixed(3);
    return name === 'none' ? `${gap} without clipping` : `${gap} with ${name}`;
  });
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
      return nameContenders(contest).map(({ name, contender }) => {
        const row = shownRow(contender);
        const comparison =
          bare === undefined || bare === contender
            ? undefined
            : compareBySeed(gapsOf(row), gapsOf(shownRow(bare)), 'higher');
        return [
          nameContest(contest),
          contest.cell,
          name,
          formatScore(medianOf(trainingOf(row))),
          formatScore(row.metric.median ?? NaN),
          formatScore(medianOf(finiteGaps(row))),
          comparison === undefined ? '–' : formatDifference(comparison),
          comparison === undefined ? '–' : formatP(comparison.p),
        ];
      });
    }),
  };
}

function trainingOf({ metric }: SummaryRow): number[] {
  return (metric.trainingScores ?? []).flatMap((score) => score ?? []);
}

function medianOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : median([...values]);
}

function scoreFigure(contests: readonly Contest[]): DotFigure {
  return figureOf('end', 'Where training ends', contests, scoreRow);
}

function gapFigure(contests: readonly Contest[]): DotFigure {
  return figureOf('gap', 'Gap between training and test', contests, (label, row) => {
    const gaps = finiteGaps(row);
    const { low, high } = medianInterval(gaps);
    return { label, value: medianOf(gaps), low, high, dots: gaps };
  });
}

function figureOf(
  id: string,
  title: string,
  contests: readonly Contest[],
  rowOf: (label: string, row: SummaryRow) => DotRow,
): DotFigure {
  const { name = '', better = 'lower' } = contests[0]?.contenders[0]?.rows[0]?.metric ?? {};
  return {
    id,
    title,
    note: `In ${name}, ${better} is better: median over the seeds with its 95 % interval; small dots are seeds.`,
    x: { name, better },
    dotPanels: contests.map((contest) => ({
      title: contest.cell,
      rows: nameContenders(contest).map(({ name: label, contender }) => rowOf(label, shownRow(contender))),
    })),
  };
}
