/**
 * Builds the results page and its figures from saved experiments.
 *
 * @module
 */

import { findExperiment } from '../catalogue/catalogue.ts';
import type { Figure, AnswerTable } from '../analysis/answer.ts';
import { WIDTH } from '../report/charts/drawing.ts';
import { curvesIn, figurePalette, panelChart } from '../report/charts/figure.ts';
import { html, Html } from '../report/html/html.ts';
import { answer } from '../experiments/_answer.ts';
import type { Archive } from './archive.ts';
import { joinWords } from '../analysis/names.ts';
import { svgImage } from '../report/html/static-svg.ts';
import { COLORS } from '../report/html/style.ts';
import { summarizeDigests } from '../analysis/summary.ts';

/** A file to write, with its path relative to the document's folder. */
export interface OutputFile {
  readonly path: string;
  readonly text: string;
}

/** Creates the document and its figures. `conclusions` is a hand-written introduction in Markdown. */
export function createResultsPage(archives: readonly Archive[], conclusions: string): OutputFile[] {
  const sections = archives.map(sectionOf);
  const runs = archives.reduce((sum, { digests }) => sum + digests.length, 0);
  const text = [
    '---\ntitle: Results\n---',
    '# Results',
    archives.length === 0
      ? 'No experiment has been run with this version of the lab yet.'
      : `Everything below the introduction is computed from ${runs} runs, whose records are in \`lab/results\`, by \`npm run results\`.`,
    conclusions.trim(),
    ...sections.map(({ text: one }) => one),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
  return [{ path: 'results.md', text: `${text}\n` }, ...sections.flatMap(({ figures }) => figures)];
}

/** Formats the first table of an experiment, with its note. */
export function formatFirstTable({ head, digests }: Archive): string {
  const [table] = answer(
    head.experiment,
    summarizeDigests(digests, findExperiment(head.experiment).grid.primary),
  ).tables;
  return table === undefined ? '' : [tableNote(table), tableRows(table)].join('\n\n');
}

/** States that an experiment has no saved runs, and how to run it. */
export function formatMissing(experiment: string): string {
  return `This experiment has not been run with this version of the lab. To run it: \`gradclip-lab compare --experiment ${experiment}\`.`;
}

function sectionOf({ head, digests }: Archive): { text: string; figures: OutputFile[] } {
  const { id, question, budget, grid } = findExperiment(head.experiment);
  const result = answer(id, summarizeDigests(digests, grid.primary));
  const figures = result.figures.flatMap((figure) => imagesOf(id, figure));
  const { environment, command, date, seconds } = head;
  const diverged = digests.filter(({ outcome }) => outcome === 'diverged').length;
  const facts = [
    `${digests.length} runs; ${diverged} diverged; seeds ${joinWords(grid.seeds.map(String))}; ${budget}`,
    `\`${command}\``,
    `${date}: ${(seconds / 60).toFixed(0)} minutes of training in all on one thread; gradclip ${environment.gradclip}, ` +
      `TensorFlow.js ${environment.tfjs} on ${environment.backend}${environment.fused ? ' with fused recurrent layers' : ''}, ` +
      `${environment.runtime}, ${environment.platform}, ${environment.cpu}, ${environment.cores} cores.`,
  ];
  const text = [
    `## ${question}`,
    result.statements.map((statement) => `- ${statement}`).join('\n'),
    ...result.figures.map((figure) => figureText(id, figure)),
    ...result.tables.map(tableText),
    `### How ${id} was measured`,
    facts.map((fact) => `- ${fact}`).join('\n'),
  ].join('\n\n');
  return { text, figures };
}

function figureText(experiment: string, figure: Figure): string {
  const images = figure.panels.map(
    (panel) =>
      `![${figure.title}, ${panel.title}; the numbers are in the table below](${pathOf(experiment, figure, panel.title)})`,
  );
  return `**${figure.title}.** ${figure.note}\n\n${images.join('\n')}`;
}

function pathOf(experiment: string, figure: Figure, panel: string): string {
  return `images/results/${experiment}-${figure.id}-${panel}.svg`;
}

function imagesOf(experiment: string, figure: Figure): OutputFile[] {
  const palette = figurePalette(figure);
  const curves = curvesIn(figure);
  return figure.panels.map((panel) => {
    const rows = Math.ceil(curves.length / 2);
    const entries = curves.map(({ strategy }, index) => {
      const [x, y] = [12 + (index % 2) * (WIDTH / 2), 22 + Math.floor(index / 2) * 16];
      const dash = strategy.id === 'none' ? html` stroke-dasharray="5 3"` : html``;
      return html`<line
          x1="${x}"
          x2="${x + 22}"
          y1="${y - 4}"
          y2="${y - 4}"
          style="stroke:${palette.color(strategy)}"
          stroke-width="2"
          ${dash}
        /><text x="${x + 28}" y="${y}">${palette.label(strategy)}</text>`;
    });
    const top = 30 + rows * 16;
    const height = top + 250;
    const chart = svgImage(panelChart(figure, panel, palette)).markup.replace('<svg ', `<svg x="0" y="${top}" `);
    const picture = html`<svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${WIDTH} ${height}"
      width="${WIDTH}"
      height="${height}"
      font-family="system-ui, DejaVu Sans, sans-serif"
      font-size="12"
    >
      <style>
        ${new Html(COLORS)} svg {
          color: var(--ink);
        }
        text {
          fill: currentColor;
        }
      </style>
      <rect width="100%" height="100%" style="fill:var(--page)" />
      <text x="${WIDTH - 12}" y="${top - 6}" text-anchor="end" font-weight="600">${panel.title}</text>
      ${entries}${new Html(chart)}
    </svg>`;
    return { path: pathOf(experiment, figure, panel.title), text: `${picture.markup}\n` };
  });
}

function tableText(table: AnswerTable): string {
  return [`### ${table.title}`, tableNote(table), tableRows(table)].join('\n\n');
}

function tableNote({ note }: AnswerTable): string {
  return note.replaceAll('*', '\\*');
}

function tableRows({ columns, rows }: AnswerTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(row.map((cell) => cell.replaceAll('*', '\\*')))),
  ].join('\n');
}
