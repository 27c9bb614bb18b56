/**
 * Builds the results pages and their figures from saved experiments.
 *
 * The first page has one question, one picture and one sentence for each experiment, the second has all tables, and the
 * third says how everything was measured.
 *
 * @module
 */

import { findExperiment } from '../catalogue/catalogue.ts';
import type { Answer, AnswerTable } from '../analysis/answer.ts';
import { answer } from '../experiments/_answer.ts';
import type { Experiment } from '../experiments/_experiment.ts';
import type { Archive } from './archive.ts';
import { figureFiles } from './figure-images.ts';
import { summarizeDigests } from '../analysis/summary.ts';
import {
  countSharedRuns,
  describeTraining,
  describeUnequalTuning,
  formatSeeds,
  totalOf,
  type SharedRuns,
} from './run-facts.ts';

/** A file to write, with its path relative to the document's folder. */
export interface OutputFile {
  readonly path: string;
  readonly text: string;
}

/** The texts of the results pages that are written by hand. */
export interface HandWritten {
  /** Recommendations that follow from the results. */
  readonly conclusions: string;
  /** What all experiments have in common, and their limits. */
  readonly method: string;
  /** What clipping costs, which `npm run bench` measures. */
  readonly cost: string;
}

interface Result {
  readonly archive: Archive;
  readonly experiment: Experiment;
  readonly answer: Answer;
}

/** Creates the three pages and their figures. */
export function createResultsPages(
  archives: readonly Archive[],
  { conclusions, method, cost }: HandWritten,
): OutputFile[] {
  const results = archives.map(resultOf);
  const shared = countSharedRuns(archives);
  const total = totalOf(archives, shared);
  const introduction =
    archives.length === 0
      ? 'No experiment has been run with this version of the lab yet.'
      : `Each answer is computed from the records of ${total.runs.toLocaleString('en')} training runs in \`lab/results\`, ${(total.seconds / 3600).toFixed(1)} hours of ` +
        'training on one thread. Scores are on test data (whether a run solved its task: on validation data), with seeds that were not used ' +
        'to choose settings. ' +
        'See also [all tables](results-tables.md) and [the method with its limits](results-method.md).';
  return [
    page('results.md', 'Results', [introduction, conclusions.trim(), ...results.map(overview), cost.trim()]),
    page('results-tables.md', 'Result tables', results.map(details)),
    page('results-method.md', 'How the results were measured', [
      method.trim(),
      ...results.map((result) => facts(result, shared.get(result.archive) ?? [])),
    ]),
    ...results.flatMap(({ experiment, answer: { figures } }) =>
      figures.flatMap((figure) => figureFiles(experiment.id, figure)),
    ),
  ];
}

function page(path: string, title: string, parts: readonly string[]): OutputFile {
  const text = [`---\ntitle: ${title}\n---`, `# ${title}`, ...parts].filter((part) => part !== '').join('\n\n');
  return { path, text: `${text}\n` };
}

function resultOf(archive: Archive): Result {
  const experiment = findExperiment(archive.head.experiment);
  return { archive, experiment, answer: answerOf(archive, experiment) };
}

function answerOf({ head, digests }: Archive, { grid }: Experiment): Answer {
  return answer(head.experiment, summarizeDigests(digests, grid.primary));
}

/** One question, one sentence and one picture. */
function overview({ experiment: { id, question }, answer: { headline, statements, figures } }: Result): string {
  const [picture] = figures;
  return [
    `## ${question}`,
    headline ?? statements[0] ?? '',
    ...(picture ? [figureText(id, picture)] : []),
    `[Tables](results-tables.md#${id}) · [how it was measured](results-method.md#${id})`,
  ].join('\n\n');
}

function details({ experiment: { id, question }, answer: { statements, figures, tables } }: Result): string {
  return [
    `## ${id}`,
    question,
    ...(statements.length === 0 ? [] : [statements.map((statement) => `- ${statement}`).join('\n')]),
    ...figures.slice(1).map((figure) => figureText(id, figure)),
    ...tables.map(tableText),
  ].join('\n\n');
}

function facts({ archive, experiment: { id, budget, grid } }: Result, shared: readonly SharedRuns[]): string {
  const { head, digests } = archive;
  const { environment, command, date, seconds } = head;
  const perRun = Number((seconds / digests.length).toPrecision(2));
  const diverged = digests.filter(({ outcome }) => outcome === 'diverged').length;
  const lines = [
    describeTraining(archive),
    budget,
    ...describeUnequalTuning(archive),
    `${digests.length.toLocaleString('en')} runs (${diverged} diverged)${shared.map(reused).join('')}; seeds ${formatSeeds(grid.seeds)}.`,
    `\`${command}\``,
    `${date}: ${(seconds / 60).toFixed(0)} minutes of training on one thread, ${perRun} s per run; gradclip ${environment.gradclip}, ` +
      `TensorFlow.js ${environment.tfjs} on ${environment.backend}${environment.fused ? ' with fused recurrent layers' : ''}, ` +
      `${environment.runtime}, ${environment.platform}, ${environment.cpu}, ${environment.cores} cores.`,
  ];
  return [`## ${id}`, lines.map((line) => `- ${line}`).join('\n')].join('\n\n');
}

function reused({ experiment, runs }: SharedRuns): string {
  return `, ${runs.toLocaleString('en')} of them from \`${experiment}\``;
}

function figureText(experiment: string, figure: Answer['figures'][number]): string {
  const images = figureFiles(experiment, figure).map(({ path, title }) => `![${figure.title}, ${title}](${path})`);
  return `${images.join('\n')}\n\n*${figure.title}.* ${escapeStars(figure.note)}`;
}

function tableText(table: AnswerTable): string {
  return [`### ${table.title}`, escapeStars(table.note), tableRows(table)].join('\n\n');
}

function escapeStars(text: string): string {
  return text.replaceAll('*', '\\*');
}

function tableRows({ columns, rows }: AnswerTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(row.map(escapeStars)))].join('\n');
}
