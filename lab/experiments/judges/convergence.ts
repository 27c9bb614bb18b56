import { median } from 'simple-statistics';
import type { Answer, AnswerTable, DotFigure, DotRow } from '../../analysis/answer.ts';
import { findUnclipped, groupContests, type Contender, type Contest } from '../../analysis/contests.ts';
import { formatP, shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { formatScore, formatSigned, joinWords } from '../../analysis/names.ts';
import { nameContenders } from '../../analysis/overall.ts';
import { compareBySeed, medianInterval, type ScoresBySeed, type SeedComparison } from '../../analysis/statistics.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { judgeEffects } from './effects.ts';
import { formatDifference, nameContest, scoreRow } from './gains.ts';

/** Compares the final scores, and how much worse a network is on test data than on training data. */
export function judgeConvergence(rows: readonly SummaryRow[]): Answer {
  const contests = groupContests(rows);
  const effects = judgeEffects(rows);
  return {
    ...effects,
    headline: [...contests.map(describeEnd), effects.headline, describeGaps(contests)].filter(Boolean).join(' '),
    tables: [...effects.tables, gapTable(contests)],
    figures: [scoreFigure(contests), ...effects.figures, gapFigure(contests)],
  };
}

/** The final scores of a network; strategies with the same score share it. */
function describeEnd(contest: Contest): string {
  const named = nameContenders(contest).map(({ name, contender }) => {
    const { median } = shownRow(contender).metric;
    return { name, score: median === null ? 'diverged' : formatScore(median) };
  });
  const unit = shownRow(contest.contenders[0]!).metric.name;
  const bare = named.find(({ name }) => name === 'none');
  if (bare !== undefined && named.length > 2 && named.every(({ score }) => score === bare.score))
    return `Final test score of the ${contest.cell.toUpperCase()} (${unit}): ${bare.score} without clipping and with each strategy.`;
  const scores = [...groupBy(named, ({ score }) => score)].map(
    ([score, own]) =>
      `${score} ${joinWords(own.map(({ name }) => (name === 'none' ? 'without clipping' : `with ${name}`)))}`,
  );
  return `Final test score of the ${contest.cell.toUpperCase()} (${unit}): ${scores.join('; ')}.`;
}

/** Names the strategies whose gap between training and test differs clearly from that without clipping. */
function describeGaps(contests: readonly Contest[]): string {
  const changes = contests.flatMap((contest) => {
    const bare = findUnclipped(contest);
    if (bare === undefined) return [];
    return nameContenders(contest).flatMap(({ name, contender }) => {
      if (contender === bare) return [];
      const { gain, interval } = compareGaps(contender, bare);
      const isMeasured = [contender, bare].every((one) => finiteGaps(shownRow(one)).length > 0);
      if (interval.isRange || !isMeasured) return [];
      const isClear = interval.low > 0 || interval.high < 0;
      const isWorse = (shownRow(contender).gain?.value ?? -Infinity) < 0;
      return [{ cell: contest.cell.toUpperCase(), name, gain, isClear, isWorse }];
    });
  });
  if (changes.length === 0) return '';
  const clear = changes.filter(({ isClear }) => isClear);
  if (clear.length === 0)
    return 'With no strategy does the gap between training and test score clearly differ from that without clipping.';
  const groups = groupBy(clear, ({ cell, gain, isWorse }) => JSON.stringify([cell, gain < 0, isWorse]));
  const sentences = [...groups.values()].map((own) => {
    const { cell, gain: first, isWorse } = own[0]!;
    const names = own.map(({ name, gain }) => `${name} (${formatSigned(gain)})`);
    const but = own.length === 1 ? ', but its median test score is worse' : ', but their median test scores are worse';
    return (
      `The gap between training and test score of the ${cell} is ${first < 0 ? 'smaller' : 'larger'} with ${joinWords(names)} ` +
      `than without clipping${first < 0 && isWorse ? but : ''}.`
    );
  });
  const rest = clear.length < changes.length ? ' The other gaps show no clear difference.' : '';
  return `${sentences.join(' ')}${rest}`;
}

/** By how much the gap is larger than without clipping, seed by seed. */
function compareGaps(contender: Contender, bare: Contender): SeedComparison {
  return compareBySeed(gapsOf(shownRow(contender)), gapsOf(shownRow(bare)), 'higher');
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
    title: 'Generalization',
    note:
      'Gap: how much worse the score is on the test data than on an equally large part of the training data, as the median over the ' +
      'seeds. Change of the gap: its difference from no clipping, seed by seed, with its 95 % interval; negative is better. p is not adjusted for the number of comparisons.',
    columns: ['task', 'cell', 'strategy', 'training', 'test', 'gap', 'change of the gap', 'p'],
    rows: contests.flatMap((contest) => {
      const bare = findUnclipped(contest);
      return nameContenders(contest).map(({ name, contender }) => {
        const row = shownRow(contender);
        const comparison = bare === undefined || bare === contender ? undefined : compareGaps(contender, bare);
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
  return figureOf('end', 'Final test score', contests, scoreRow);
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
