import { contestsOf, type Contender, type Contest } from '../analysis/contests.ts';
import { findings } from '../analysis/findings.ts';
import { grouped } from '../analysis/grouped.ts';
import { judged } from '../experiments/_answer.ts';
import { percentText, scoreText, strategyLabels } from '../analysis/names.ts';
import type { Summary, SummaryRow } from '../analysis/summary.ts';
import { judgedTableText, textTable, WIDTH, wrapped } from './text-table.ts';

const HEAD = ['\nstrategy', 'best\nrate', '\nscore', 'clip-\nped', 'ms/\nstep', 'at the\nother rates'] as const;
const COLUMNS = [20, 6, 9, 7, 7] as const;

/** The comparison for a terminal of 80 columns: what the experiment's judge says, or a table for each task and optimizer. */
export function terminalReport(summary: Summary): string {
  const judgement = judged(summary.experiment, summary.rows);
  if (!judgement.own) return comparison(summary);
  return [...judgement.tables.map(judgedTableText), ...judgement.answers.map((answer) => wrapped(answer))].join('\n\n');
}

function comparison(summary: Summary): string {
  const label = strategyLabels(summary.rows.map(({ strategy }) => strategy));
  const sections = grouped(contestsOf(summary.rows), titleOf);
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
      const table = textTable(['\ncell', ...HEAD], [first, ...COLUMNS, last], rows);
      return `${wrapped(`${title}: ${metric.name} on unseen data, ${metric.better} is better`)}\n\n${table}`;
    }),
    'Best rate: of those tried, chosen in hindsight by the score itself.\nScore: median over the seeds. Clipped: share of the steps at the best rate.',
    ...findings(summary.rows).map((finding) => wrapped(finding)),
  ].join('\n\n');
}

function titleOf({ task, variant, optimizer }: Contest): string {
  return `${task}${variant === '' ? '' : `, ${variant},`} with ${optimizer}`;
}

function cellsOf({ rows, best }: Contender): string[] {
  const own = best
    ? [
        String(best.learningRate),
        scoreText(best.metric.median ?? NaN),
        percentText(best.clipRate),
        best.msPerStep.toFixed(1),
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

/** A row's score, and with how many seeds it diverged. */
function outcomeText({ metric, diverged, seeds }: SummaryRow): string {
  const score = scoreText(metric.median ?? NaN);
  return diverged > 0 ? `${score} (${diverged} of ${seeds.length} div.)` : score;
}
