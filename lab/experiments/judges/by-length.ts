import { sortUnique } from '../../analysis/sort-unique.ts';
import { groupContests, type Contest } from '../../analysis/contests.ts';
import { shownRow } from '../../analysis/findings.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { joinWords, labelStrategies } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { cells } from '../../cells/index.ts';
import { isSolved } from '../../tasks/_task.ts';
import type { Curve, Answer } from '../../analysis/answer.ts';

/** A task counts as solved if fewer than this share of the sequences are wrong. */
const SOLVED = 0.01;

/** Counts how often each strategy solves the task at each length, at the learning rate that is best on validation. */
export function judgeByLength(rows: readonly SummaryRow[]): Answer {
  const label = labelStrategies(rows.map(({ strategy }) => strategy));
  const byCell = [...groupBy(groupContests(rows), ({ cell }) => cell)];
  const statements = byCell.map(([cell, contests]) => statementFor(cell, contests, label));
  return {
    headline: statements.join(' '),
    statements,
    tables: [
      {
        title: 'Runs that solved the task',
        note:
          `Solved: fewer than ${100 * SOLVED} % of 1,000 validation sequences wrong. Each cell counts the seeds that solved the task, at the ` +
          'learning rate that is best on validation.',
        columns: ['cell', 'strategy', ...listLengths(rows).map((length) => `length ${length}`)],
        rows: byCell.flatMap(([cell, contests]) =>
          successCurves(contests).map(({ strategy, points }) => [
            cell,
            label(strategy),
            ...points.map(
              ({ solved, seeds, diverged }) => `${solved}/${seeds}${diverged === 0 ? '' : ` (${diverged} diverged)`}`,
            ),
          ]),
        ),
      },
    ],
    figures: [
      {
        id: 'success',
        title: 'Solved runs by sequence length',
        note: 'The share of seeds that solved the task, each strategy at the learning rate chosen by tuning.',
        x: { name: 'length of the sequence', log: false },
        y: { name: 'seeds that solved the task, %', domain: [0, 100] },
        panels: byCell.map(([cell, contests]) => ({ title: cell, curves: successCurves(contests).map(toCurve) })),
      },
    ],
  };
}

interface Success {
  readonly length: number;
  readonly solved: number;
  readonly seeds: number;
  readonly diverged: number;
}

interface SuccessCurve {
  readonly strategy: SummaryRow['strategy'];
  readonly points: readonly Success[];
}

function successCurves(contests: readonly Contest[]): SuccessCurve[] {
  const rows = contests.flatMap(({ contenders }) => contenders.map(shownRow));
  return [...groupBy(rows, ({ strategy }) => JSON.stringify(strategy)).values()].map((own) => ({
    strategy: own[0]!.strategy,
    points: own.toSorted((a, b) => lengthOf(a) - lengthOf(b)).map(successOf),
  }));
}

function successOf(row: SummaryRow): Success {
  const { metric, seeds, diverged } = row;
  const solves = (score: number | null): boolean =>
    score !== null && isSolved(score, { better: metric.better, solved: SOLVED });
  return {
    length: lengthOf(row),
    solved: metric.validationScores.filter(solves).length,
    seeds: seeds.length,
    diverged,
  };
}

function toCurve({ strategy, points }: SuccessCurve): Curve {
  return { strategy, points: points.map(({ length, solved, seeds }) => ({ x: length, y: (100 * solved) / seeds })) };
}

function statementFor(
  cell: string,
  contests: readonly Contest[],
  label: (spec: SummaryRow['strategy']) => string,
): string {
  const [first, ...rest] = successCurves(contests);
  if (first === undefined) return `${cell}: no runs.`;
  const solvedOf = ({ points }: SuccessCurve): string => joinWords(points.map(({ solved }) => String(solved)));
  const clipping = ({ strategy }: SuccessCurve): string =>
    strategy.id === 'none' ? 'without clipping' : `with ${label(strategy)}`;
  const seeds = Math.max(...first.points.map((point) => point.seeds));
  const lengths = joinWords(first.points.map(({ length }) => String(length)));
  return (
    `${nameCell(cell)}: ${clipping(first)}, ${solvedOf(first)} of ${seeds} seeds solve the task at ` +
    `${first.points.length === 1 ? 'length' : 'the lengths'} ${lengths}` +
    `${rest.map((curve) => `; ${clipping(curve)}, ${solvedOf(curve)}`).join('')}.`
  );
}

/** A cell with its title: `rnn-small (SimpleRNN with tanh units, small random weights)`. */
function nameCell(cell: string): string {
  const title = cells.find(({ id }) => id === cell)?.title;
  return title === undefined ? cell : `${cell} (${title})`;
}

function lengthOf({ settings }: SummaryRow): number {
  return Number(settings['length'] ?? 0);
}

function listLengths(rows: readonly SummaryRow[]): number[] {
  return sortUnique(rows.map(lengthOf));
}
