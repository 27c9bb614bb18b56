import Table from 'cli-table3';
import { contestsOf, type Contender } from './best.ts';
import { findings } from './findings.ts';
import { grouped } from './grouped.ts';
import { percentText, scoreText, strategyLabels } from './label.ts';
import type { Summary, SummaryRow } from './summary.ts';

const WIDTH = 80;
const COLUMNS = [5, 20, 6, 7, 8, 8] as const;

/** The comparison for a terminal of 80 columns: a table for each task and optimizer, and what it says. */
export function terminalReport(summary: Summary): string {
  const label = strategyLabels(summary.rows.map(({ strategy }) => strategy));
  const sections = grouped(contestsOf(summary.rows), titleOf);
  return [
    ...[...sections].map(([title, contests]) => {
      const metric = (contests[0]?.contenders[0]?.rows[0] as SummaryRow).metric;
      const table = emptyTable();
      for (const { cell, contenders } of contests) {
        contenders.forEach((contender, place) => {
          table.push([place === 0 ? cell : '', label(contender.strategy), ...cellsOf(contender)]);
        });
      }
      return `${title}: ${metric.name} on unseen data, ${metric.better} is better\n\n${table.toString()}`;
    }),
    'Best rate: of those tried, chosen in hindsight by the score itself.\nScore: median over the seeds. Clipped: share of the steps at the best rate.',
    ...findings(summary.rows).map(wrapped),
  ].join('\n\n');
}

function titleOf({ task, optimizer }: { readonly task: string; readonly optimizer: string }): string {
  return `${task} with ${optimizer}`;
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

function emptyTable() {
  const last = WIDTH - COLUMNS.reduce((sum, width) => sum + width, 0);
  return new Table({
    head: ['\ncell', '\nstrategy', 'best\nrate', '\nscore', 'clip-\nped', 'ms/\nstep', 'at the\nother rates'],
    colWidths: [...COLUMNS, last],
    wordWrap: true,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    chars: BARE,
  });
}

const BARE = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((part) => [part, '']),
);

/** Breaks a sentence at spaces so that no line is longer than the terminal is wide. */
export function wrapped(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > WIDTH) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
