/**
 * The report: records in, one self-contained HTML page out.
 *
 * @module
 */

import type { Environment, Run } from '../run/record.ts';
import type { RunConfig } from '../run/run-config.ts';
import { groupContests, type Contest } from '../analysis/contests.ts';
import { cellSection, firstCharts, indexRuns, type RunIndex } from './sections/cell-section.ts';
import { recommendations } from './sections/recommendations.ts';
import { writeFindings } from '../analysis/findings.ts';
import { groupBy } from '../analysis/group-by.ts';
import { html, Html, type Content } from './html/html.ts';
import { formatOptions, joinWords } from '../analysis/names.ts';
import { createPalette, type Palette } from './charts/palette.ts';
import { TUNE, type ExperimentAnswer } from '../experiments/_answer.ts';
import { figureRow, answerTable } from './sections/answer-section.ts';
import { details } from './html/details.ts';
import { STYLE } from './html/style.ts';
import { dataSection } from './sections/data-section.ts';
import { tuneSection } from './sections/tune-section.ts';
import type { SummaryRow } from '../analysis/summary.ts';

/** What a report says beside its records. */
export interface ReportFrame {
  readonly experiment: string;
  readonly question: string;
  readonly budget: string;
  readonly command: string;
  /** The ids of the strategies whose comparison with no clipping is tested, if these are not all. */
  readonly primary?: readonly string[] | undefined;
  /** How many runs were planned. */
  readonly total: number;
  /** The planned runs that failed. */
  readonly failed?: readonly { readonly config: RunConfig; readonly reason: string }[];
}

/** The results that a report shows. */
export interface ReportResults {
  readonly runs: readonly Run[];
  readonly rows: readonly SummaryRow[];
  readonly answer: ExperimentAnswer;
}

/** What makes a page answer, and keeps everything else from running in it. */
export interface PageProgram {
  /** The program; where it is missing the page stands still. */
  readonly script?: string;
  /** The hash of a text as a security policy has it: `sha256-…`. */
  readonly hashOf: (text: string) => string;
}

/** Makes the page. It depends on its arguments alone, so the same records give the same page. */
export function reportPage(
  frame: ReportFrame,
  { runs, rows, answer }: ReportResults,
  { script, hashOf }: PageProgram,
): string {
  const palette = createPalette(rows.map(({ strategy }) => strategy));
  const contests = groupContests(rows);
  const index = indexRuns(runs);
  const sections = groupBy(
    contests,
    ({ task, variant, optimizer }) => `${task}${variant === '' ? '' : `, ${variant},`} with ${optimizer}`,
  );
  const main = unindented(
    html`<main>
      <p class="soft">gradclip-lab · experiment ${frame.experiment}</p>
      <h1>${frame.question}</h1>
      ${unfinished(frame, runs)}
      ${answer.isSpecific ? '' : [recommendations(contests, palette), firstCharts(contests, index, palette)]}
      ${answer.isSpecific && answer.headline !== undefined ? html`<p>${answer.headline}</p>` : ''}
      <ul class="findings">
        ${(answer.isSpecific ? answer.statements : writeFindings(rows)).map((finding) => html`<li>${finding}</li>`)}
      </ul>
      <h2>Overview</h2>
      ${frame.experiment === TUNE ? tuneSection(runs) : ''} ${answer.figures.map((figure) => figureRow(figure))}
      ${answer.tables.map(answerTable)} ${folded([...sections], index, palette)} ${dataSection(runs)}
      <h2>How this was measured</h2>
      ${method(frame, runs, rows)}
    </main>`,
  );
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src '${hashOf(STYLE)}'; ${script === undefined ? '' : `script-src '${hashOf(script)}'; `}base-uri 'none'; form-action 'none'"
        />
        <title>${frame.question}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        ${main} ${script === undefined ? '' : new Html(`<script>${script}</script>`)}
      </body>
    </html> `;
  return page.markup;
}

/** Markup without the indentation of its templates, which is a tenth of a page. */
function unindented({ markup }: Html): Html {
  return new Html(markup.replace(/\n\s+/g, '\n'));
}

function unfinished({ total, failed = [] }: ReportFrame, runs: readonly Run[]): Content {
  return [
    runs.length < total
      ? html`<p><strong>${runs.length} of ${total} runs are finished; the others are not in this report.</strong></p>`
      : '',
    failed.length === 0
      ? ''
      : details(
          `${failed.length} of ${total} runs failed`,
          failed.map(
            ({ config: { task, cell, strategy, learningRate, seed }, reason }) =>
              html`<p>${task}, ${cell}, ${strategy.id}, rate ${learningRate}, seed ${seed}: ${reason}</p>`,
          ),
        ),
  ];
}

function sectionOf(title: string, contests: readonly Contest[], runs: RunIndex, palette: Palette): Html {
  return html`<h2>${title}</h2>
    ${contests.map((contest) => cellSection(contest, runs, palette))}`;
}

/** From so many networks on, each is folded away behind its name. */
const MANY = 7;

/** The sections in full; where there are many, each behind its name. */
function folded(
  sections: readonly (readonly [string, readonly Contest[]])[],
  runs: RunIndex,
  palette: Palette,
): Html[] {
  const networks = sections.reduce((sum, [, contests]) => sum + contests.length, 0);
  if (networks < MANY) return sections.map(([title, contests]) => sectionOf(title, contests, runs, palette));
  return sections.flatMap(([title, contests]) => [
    html`<h2>${title}</h2>`,
    ...contests.map(
      (contest) =>
        html`<details>
          <summary>${contest.cell}: every rate, losses and norms</summary>
          ${cellSection(contest, runs, palette)}
        </details>`,
    ),
  ]);
}

/** The losses of the runs; a loss in bits is differentiated in nats. */
function describeLosses(runs: readonly Run[]): string {
  const losses = [...new Set(runs.map(({ start }) => start.loss))];
  const inBits = losses.some((loss) => loss.startsWith('bits'));
  return `${losses.join(', ')}.${inBits ? ' The gradients are those of the loss in nats, even where it is shown in bits.' : ''}`;
}

function method(frame: ReportFrame, runs: readonly Run[], rows: readonly SummaryRow[]): Html {
  const environments = [...new Set(runs.map(({ start }) => describeEnvironment(start.environment)))];
  const configs = runs.map(({ start }) => start.config);
  const distinct = (values: readonly (string | number)[]): string => [...new Set(values)].join(', ');
  const settings = configs.map((config) =>
    Object.entries(config.settings)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  const strategies = [
    ...new Set(rows.map(({ strategy }) => [strategy.id, formatOptions(strategy)].filter(Boolean).join(': '))),
  ];
  const facts: [string, Content][] = [
    ['Data', distinct(configs.map(({ data }) => data))],
    ['Settings', distinct(settings)],
    ['Steps', distinct(configs.map(({ steps }) => steps))],
    ['Seeds', distinct(configs.map(({ seed }) => seed))],
    ['Strategies', strategies.map((one) => html`${one}<br />`)],
    ['Budget', frame.budget],
    [
      'Score',
      'The median over seeds on the test data. Learning rate and threshold are chosen on the validation data. A diverged run counts as worse than any other.',
    ],
    [
      'Verdicts',
      '“Helped” and “hurt” require six seeds or more, an exact sign-flip test on ranks whose p-value, adjusted by Holm over the tested strategies of a cell, is at most 0.05, a result that beats the baseline, and a gain above the sampling error of the test set. If the best rate of the worse side is the smallest or largest of the grid, the gain must also exceed twice the improvement of its validation score from the neighbouring rate to that rate.',
    ],
    [
      'Tested',
      frame.primary === undefined
        ? ''
        : `${joinWords(frame.primary)} against no clipping, as named before the runs. For the others, the report shows an interval without a verdict.`,
    ],
    [
      'Diverged',
      'Stopped because the loss or the gradient was not finite, or because for 10 steps the loss stayed above twice that of a predictor that learns nothing.',
    ],
    ['Loss', describeLosses(runs)],
    ['Computed with', environments.map((one) => html`${one}<br />`)],
    ['Command', frame.command === '' ? '' : html`<code>${frame.command}</code>`],
  ];
  return html`<dl>
    ${facts
      .filter(([, fact]) => fact !== '')
      .map(
        ([name, fact]) =>
          html`<dt>${name}</dt>
            <dd>${fact}</dd>`,
      )}
  </dl>`;
}

function describeEnvironment(environment: Environment): string {
  const { gradclip, code, tfjs, backend, repaired, runtime, platform, cpu, cores } = environment;
  return [
    `gradclip ${gradclip}${code === undefined ? '' : ` (code ${code})`}`,
    `TensorFlow.js ${tfjs} on ${backend}${repaired ? ' with repaired kernels' : ''}`,
    runtime,
    platform,
    cpu,
    `${cores} cores`,
  ].join(', ');
}
