import type { Run, StartRecord } from '../record.ts';
import { bestOf, variants, type Contender, type Contest } from './best.ts';
import { clipRateChart } from './clip-rate-chart.ts';
import { html, type Content, type Html } from './html.ts';
import type { Ink } from './ink.ts';
import { keyOf, percentText, scoreText } from './label.ts';
import { outcomeOf } from './outcome.ts';
import { logDomain, stepChart, type Line } from './panel.ts';
import { resultsTable } from './results-table.ts';
import { scoreChart } from './score-chart.ts';
import { medianBySteps, type Point } from './series.ts';

/** The charts of one cell, each row with its numbers as a table behind it. */
export function cellSection(contest: Contest, allRuns: readonly Run[], ink: Ink): Html {
  const variantOf = variants(allRuns.map(({ start }) => start.config));
  const own = allRuns.filter(
    ({ start: { config } }) =>
      variantOf(config) === contest.variant &&
      (['task', 'cell', 'optimizer'] as const).every((name) => config[name] === contest[name]),
  );
  const runsOf = (contender: Contender, rate: number): Run[] =>
    own.filter(
      ({ start: { config } }) => config.learningRate === rate && keyOf(config.strategy) === keyOf(contender.strategy),
    );
  const { start } = own[0] as Run;
  const parts: Parts = { contest, ink, runsOf, start };
  return html`<h3>${contest.cell}</h3>
    ${resultsTable(contest, ink)} ${legend(parts)}
    <div class="row">
      <figure>
        <figcaption>Score at each learning rate</figcaption>
        ${scoreChart(contest, ink, start.metric.baseline)}
      </figure>
      <figure>
        <figcaption>Share of the steps clipped, by rate</figcaption>
        ${clipRateChart(contest, ink)}
      </figure>
    </div>
    ${lossRow(parts)} ${normRow(parts)}`;
}

/** Losses above so many baselines leave the chart at the top, so that the others can be told apart. */
const LOSS_OFF_SCALE = 2.5;

interface Parts {
  readonly contest: Contest;
  readonly ink: Ink;
  readonly runsOf: (contender: Contender, rate: number) => Run[];
  /** What all runs of the contest have in common. */
  readonly start: StartRecord;
}

function legend({ contest, ink }: Parts): Html {
  const entry = ({ strategy }: Contender): Html =>
    html`<li>
      <i class="${strategy.id === 'none' ? 'dashed' : ''}" style="color:${ink.color(strategy)}"></i
      >${ink.label(strategy)}
    </li>`;
  return html`<ul class="legend" aria-label="strategies">
    ${contest.contenders.map(entry)}
  </ul>`;
}

function ratesOf({ contenders }: Contest): number[] {
  const rates = contenders.flatMap(({ rows }) => rows.map(({ learningRate }) => learningRate));
  return [...new Set(rates)].sort((a, b) => a - b);
}

function lossRow({ contest, ink, runsOf, start }: Parts): Html {
  const panels = ratesOf(contest).map((rate) => {
    const lines = contest.contenders.map((contender): Line => {
      const runs = runsOf(contender, rate);
      return {
        label: ink.label(contender.strategy),
        color: ink.color(contender.strategy),
        points: medianBySteps(runs, ({ loss }) => loss),
        brokenOff: runs.length > 0 && runs.every(({ end }) => end.outcome === 'diverged'),
        dashed: contender.strategy.id === 'none',
      };
    });
    return { rate, lines };
  });
  const domain = logDomain(
    panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ value }) => value))),
    LOSS_OFF_SCALE * start.metric.baseline,
  );
  return html`<h4>Loss by step</h4>
    <p class="soft">Training loss, the median over seeds. A cross: diverged, and stopped there.</p>
    <div class="row">
      ${panels.map(
        ({ rate, lines }) =>
          html`<figure>
            <figcaption>rate ${rate}</figcaption>
            ${stepChart(`Loss by step at rate ${rate}`, start.loss, lines, domain, start.config.steps)}
          </figure>`,
      )}
    </div>
    ${behind(
      'Loss by step, as numbers',
      panels.map(({ rate, lines }) => pointsTable(`rate ${rate}`, lines)),
    )}`;
}

/** The norms at the rate of the best result of all, where strategies can be compared with the winner. */
function normRow({ contest, ink, runsOf }: Parts): Html {
  const rate = bestOf(contest.contenders.flatMap(({ rows }) => rows))?.learningRate ?? ratesOf(contest).at(-1) ?? NaN;
  const panels = contest.contenders.flatMap((contender) => {
    const run = runsOf(contender, rate)[0];
    return run === undefined ? [] : [{ contender, run, lines: normLines(run, ink.color(contender.strategy)) }];
  });
  const domain = logDomain(
    panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ value }) => value))),
    1e6,
  );
  const caption = ({ start, end, steps }: Run): string => {
    const clipped = steps.filter((line) => line.clipped).length / Math.max(1, steps.length);
    return `seed ${start.config.seed}: ${percentText(clipped)} clipped, ${outcomeOf(end)}`;
  };
  return html`<h4>Gradient norm at rate ${rate}, before and after</h4>
    <p class="soft">
      Thin: ‖g‖ as computed. Thick: as applied. Dashed: the threshold, where the strategy has one for the whole
      gradient. One seed, at the rate of this cell's best result.
    </p>
    <div class="row">
      ${panels.map(
        ({ contender, run, lines }) =>
          html`<figure>
            <figcaption>${ink.label(contender.strategy)} <span>${caption(run)}</span></figcaption>
            ${stepChart(`Gradient norm by step, ${ink.label(contender.strategy)}`, 'gradient norm', lines, domain, run.start.config.steps)}
          </figure>`,
      )}
    </div>
    ${behind(
      'Gradient norms, as numbers',
      panels.map(({ contender, lines }) => pointsTable(ink.label(contender.strategy), lines)),
    )}`;
}

function normLines({ steps, end }: Run, color: string): Line[] {
  const points = (pick: (line: Run['steps'][number]) => number | undefined): Point[] =>
    steps.flatMap((line) => {
      const value = pick(line);
      return value === undefined || !Number.isFinite(value) ? [] : [{ step: line.step, value }];
    });
  return [
    { label: 'before', color: 'var(--soft)', points: points(({ normBefore }) => normBefore), faint: true },
    { label: 'after', color, points: points(({ normAfter }) => normAfter), brokenOff: end.outcome === 'diverged' },
    {
      label: 'threshold',
      color: 'var(--ink)',
      points: points(({ threshold }) => threshold),
      dashed: true,
      faint: true,
    },
  ];
}

const ROWS = 12;

/** Every line at about a dozen steps. */
function pointsTable(caption: string, lines: readonly Line[]): Html {
  const shown = lines.filter(({ points }) => points.length > 0);
  const last = Math.max(0, ...shown.flatMap(({ points }) => points.map(({ step }) => step)));
  const steps = [...new Set(Array.from({ length: ROWS }, (_, i) => Math.round((i * last) / (ROWS - 1))))];
  const cell = ({ points }: Line, step: number): Content => {
    const point = points.find((one) => one.step === step);
    return html`<td>${point === undefined ? '–' : scoreText(point.value)}</td>`;
  };
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th>step</th>
          ${shown.map(({ label }) => html`<th>${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${steps.map(
          (step) =>
            html`<tr>
              <td>${step}</td>
              ${shown.map((line) => cell(line, step))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function behind(title: string, tables: readonly Html[]): Html {
  return html`<details>
    <summary>${title}</summary>
    ${tables}
  </details>`;
}
