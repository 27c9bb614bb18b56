import { groupContests, type Contender, type Contest } from '../analysis/contests.ts';
import { writeFindings } from '../analysis/findings.ts';
import { groupBy } from '../analysis/group-by.ts';
import type { ExperimentAnswer } from '../experiments/_answer.ts';
import { formatPercent, formatScore, labelStrategies } from '../analysis/names.ts';
import type { Summary, SummaryRow } from '../analysis/summary.ts';
import { formatAnswerTable, formatTable, WIDTH, wrapText } from './text-table.ts';

const HEAD = ['\nstrategy', 'best\nrate', '\nscore', 'clip-\nped', 'seeds\nbetter', 'at the\nother rates'] as const;
const COLUMNS = [20, 6, 9, 7, 7] as const;

/** Formats a comparison for a terminal of 80 columns: the experiment's answer, or a table for each task and optimizer. */
export function formatReport(summary: Summary, answer: ExperimentAnswer): string {
  if (!answer.isSpecific) return comparison(summary);
  const tables = answer.tables.map(formatAnswerTable);
  const narrow = tables.filter(fitsTerminal);
  const wide = tables.length - narrow.length;
  return [
    ...(answer.headline === undefined ? [] : [wrapText(answer.headline)]),
    ...narrow,
    ...answer.statements.map((statement) => wrapText(statement)),
    ...(wide === 0 ? [] : [`The report has ${wide} more ${wide === 1 ? 'table' : 'tables'}, too wide for a terminal.`]),
  ].join('\n\n');
}

/** Whether no line of a table is too long, and no cell is cut. */
function fitsTerminal(table: string): boolean {
  return table.split('\n').every((line) => line.trimEnd().length <= WIDTH && !/\w…( |$)/.test(line));
}

function comparison(summary: Summary): string {
  const label = labelStrategies(summary.rows.map(({ strategy }) => strategy));
  const sections = groupBy(groupContests(summary.rows), titleOf);
  return [
    ...[...sections].map(([title, contests]) => {
      const metric = (contests[0]?.contenders[0]?.rows[0] as SummaryRow).metric;
      const first = Math.max(5, ...contests.map(({ cell }) => cell.length + 1));
      const rows = contests.flatMap(({ cell, contenders }) =>
        contenders.map((contender, place) => [
          place === 0 ? cell : '',
          label(contender.strategy),
          ...cellsOf(contender),
        ]),
      );
      const last = WIDTH - COLUMNS.reduce((sum, width) => sum + width, first);
      const table = formatTable(['\ncell', ...HEAD], [first, ...COLUMNS, last], rows);
      return `${wrapText(`${title}: ${metric.name} on the test data, ${metric.better} is better`)}\n\n${table}`;
    }),
    'Best rate: chosen on the validation data. Score: median over the seeds.\nClipped: share of the steps at the best rate. Seeds better: those that beat\nno clipping.',
    ...writeFindings(summary.rows).map((finding) => wrapText(finding)),
  ].join('\n\n');
}

function titleOf({ task, variant, optimizer }: Contest): string {
  return `${task}${variant === '' ? '' : `, ${variant},`} with ${optimizer}`;
}

function cellsOf({ rows, best }: Contender): string[] {
  const own = best
    ? [
        String(best.learningRate),
        formatScore(best.metric.median ?? NaN),
        formatPercent(best.clipRate),
        best.gain === undefined ? '-' : `${best.gain.better}/${best.gain.seeds}`,
      ]
    : ['-', 'diverged', '-', '-'];
  return [...own, elsewhere(rows.filter((row) => row !== best))];
}

/** The scores at other rates on one line, and which rates diverged. */
function elsewhere(rows: readonly SummaryRow[]): string {
  const [lost, reached] = [rows.filter(isLost), rows.filter((row) => !isLost(row))];
  const scores = reached.map((row) => `${row.learningRate}: ${outcomeText(row)}`);
  const failures = lost.length === 0 ? [] : [`diverged: ${lost.map(({ learningRate }) => learningRate).join(', ')}`];
  return [...scores, ...failures].join('  ');
}

function isLost({ metric }: SummaryRow): boolean {
  return metric.median === null;
}

/** Formats a row's score and the number of seeds that diverged. */
function outcomeText({ metric, diverged, seeds }: SummaryRow): string {
  const score = formatScore(metric.median ?? NaN);
  return diverged > 0 ? `${score} (${diverged} of ${seeds.length} diverged)` : score;
}
