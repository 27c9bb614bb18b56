import { sortUnique } from '../../analysis/sort-unique.ts';
import { groupContests, type Contest } from '../../analysis/contests.ts';
import { groupBy } from '../../analysis/group-by.ts';
import { joinWords, labelStrategies } from '../../analysis/names.ts';
import type { SummaryRow } from '../../analysis/summary.ts';
import { isSolved } from '../../tasks/_task.ts';
import type { Curve, Answer } from '../../analysis/answer.ts';

/** A task counts as solved if fewer than this share of the sequences are wrong. */
const SOLVED = 0.01;

/** Counts how often each strategy solves the task at each length, at the rate where it solves most. */
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
          `Solved: fewer than ${100 * SOLVED} % of 1000 validation sequences wrong. The first number counts the seeds that solved it at the ` +
          'learning rate where most did. In brackets: the solved runs at all rates, and how many runs diverged.',
        columns: ['cell', 'strategy', ...listLengths(rows).map((length) => `length ${length}`)],
        rows: byCell.flatMap(([cell, contests]) =>
          successCurves(contests).map(({ strategy, points }) => [
            cell,
            label(strategy),
            ...points.map(({ solved, seeds, solvedAtAll, runs, diverged }) => {
              const lost = diverged === 0 ? '' : `, ${diverged} diverged`;
              return `${solved}/${seeds} (${solvedAtAll}/${runs}${lost})`;
            }),
          ]),
        ),
      },
    ],
    figures: [
      {
        id: 'success',
        title: 'Solved runs by sequence length',
        note: 'The share of seeds that solved the task, each strategy at the learning rate where it solved most.',
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
  readonly solvedAtAll: number;
  readonly runs: number;
  readonly diverged: number;
}

interface SuccessCurve {
  readonly strategy: SummaryRow['strategy'];
  readonly points: readonly Success[];
}

function successCurves(contests: readonly Contest[]): SuccessCurve[] {
  const rows = contests.flatMap(({ contenders }) => contenders.flatMap((contender) => contender.rows));
  return [...groupBy(rows, ({ strategy }) => JSON.stringify(strategy)).values()].map((own) => ({
    strategy: (own[0] as SummaryRow).strategy,
    points: listLengths(own).map((length) => successAt(length, own)),
  }));
}

function successAt(length: number, rows: readonly SummaryRow[]): Success {
  const at = rows.filter(({ settings }) => settings['length'] === length);
  const solved = at.map(
    ({ metric }) => metric.validationScores.filter((score) => score !== null && solves(score, metric)).length,
  );
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  return {
    length,
    solved: Math.max(...solved),
    seeds: Math.max(...at.map(({ seeds }) => seeds.length)),
    solvedAtAll: total(solved),
    runs: total(at.map(({ seeds }) => seeds.length)),
    diverged: total(at.map(({ diverged }) => diverged)),
  };
}

function solves(score: number, { better }: SummaryRow['metric']): boolean {
  return isSolved(score, { better, solved: SOLVED });
}

function toCurve({ strategy, points }: SuccessCurve): Curve {
  return { strategy, points: points.map(({ length, solved, seeds }) => ({ x: length, y: (100 * solved) / seeds })) };
}

function statementFor(
  cell: string,
  contests: readonly Contest[],
  label: (spec: SummaryRow['strategy']) => string,
): string {
  const reach = successCurves(contests).map(({ strategy, points }) => {
    const half = points.filter(({ solved, seeds }) => 2 * solved >= seeds).map(({ length }) => length);
    const all = points.reduce((sum, one) => sum + one.solvedAtAll, 0);
    const runs = points.reduce((sum, one) => sum + one.runs, 0);
    const longest = half.length === 0 ? 'at no length' : `up to length ${Math.max(...half)}`;
    const clipping = strategy.id === 'none' ? 'without clipping' : `with ${label(strategy)}`;
    return `${longest} ${clipping} (${all} of ${runs} runs in total)`;
  });
  return `${cell}: at least half of the seeds solve the task ${joinWords(reach)}.`;
}

function listLengths(rows: readonly SummaryRow[]): number[] {
  return sortUnique(rows.map(({ settings }) => Number(settings['length'] ?? 0)));
}
