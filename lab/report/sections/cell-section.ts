import type { StrategySpec } from 'gradclip';
import { groupBy } from '../../analysis/group-by.ts';
import type { Run } from '../../run/record.ts';
import type { RunConfig } from '../../run/run-config.ts';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { findBest, describeVariants, type Contender, type Contest } from '../../analysis/contests.ts';
import { clipRateChart, lossChart, normsChart, scoreChart, type CellParts } from './cell-charts.ts';
import { chartFigure, legend } from '../html/chart-figure.ts';
import { normLines } from '../charts/norms.ts';
import { html, type Content, type Html } from '../html/html.ts';
import type { Palette } from '../charts/palette.ts';
import { distinctStrategies, formatPercent, strategyKey } from '../../analysis/names.ts';
import { formatOutcome } from '../../analysis/outcome.ts';
import { details } from '../html/details.ts';
import { pointsTable } from '../html/points-table.ts';
import { resultsTable } from './results-table.ts';
import { thinnedLosses, thinnedNorms } from '../charts/thinned.ts';

/** The most charts on the first screen. */
const FIRST_CHARTS = 3;

/** The scores of the first networks, for the top of the page. */
export function firstCharts(contests: readonly Contest[], runs: RunIndex, palette: Palette): Html {
  const shown = contests.slice(0, FIRST_CHARTS);
  const [only] = shown;
  const parts = shown.map((contest) => partsOf(contest, runs, palette));
  const specs = distinctStrategies(shown.flatMap(({ contenders }) => contenders.map(({ strategy }) => strategy)));
  return html`${legend('strategies at the top', specs, palette)}
    <div class="row">
      ${parts.map((part) => chartFigure(atTop(scoreChart(part)), `${part.contest.cell}: score on the test data`))}
      ${only === undefined || shown.length > 1 ? '' : firstLosses(parts[0]!)}
    </div>`;
}

/** The losses at the best rate, beside the scores of the only network. */
function firstLosses(parts: CellParts): Html {
  const rate = bestRate(parts.contest);
  return chartFigure(atTop(thinnedLosses(lossChart(parts, rate))), `Training loss at rate ${rate}`);
}

/** The same chart stands again in the section of its network, so its name must differ. */
function atTop<C extends { readonly name: string }>(chart: C): C {
  return { ...chart, name: `${chart.name}, first screen` };
}

/** The rate of the best result of all, where strategies can be compared with the winner. */
function bestRate(contest: Contest): number {
  return findBest(contest.contenders.flatMap(({ rows }) => rows))?.learningRate ?? ratesOf(contest).at(-1) ?? NaN;
}

function partsOf(contest: Contest, runs: RunIndex, palette: Palette): CellParts {
  const own = runs.get(contestKey(contest))!;
  const runsOf = (contender: Contender, rate: number): readonly Run[] =>
    own.get(settingKey(contender.strategy, rate)) ?? [];
  const { start } = [...own.values()][0]![0]!;
  return { contest, palette, runsOf, start };
}

/** The runs that are scored, by contest and by setting. */
export type RunIndex = ReadonlyMap<string, ReadonlyMap<string, readonly Run[]>>;

/** Indexes runs, because a page looks each setting up several times. */
export function indexRuns(runs: readonly Run[]): RunIndex {
  const describe = ({ steps, ...config }: RunConfig) => ({ ...config, plannedSteps: steps });
  const scored = runs.filter(({ start }) => !start.config.tuning);
  const variantOf = describeVariants(scored.map(({ start }) => describe(start.config)));
  const byContest = groupBy(scored, ({ start: { config } }) =>
    contestKey({ ...config, variant: variantOf(describe(config)) }),
  );
  return new Map(
    [...byContest].map(([key, own]) => [
      key,
      groupBy(own, ({ start: { config } }) => settingKey(config.strategy, config.learningRate)),
    ]),
  );
}

function contestKey({
  task,
  variant,
  cell,
  optimizer,
}: Pick<Contest, 'task' | 'variant' | 'cell' | 'optimizer'>): string {
  return JSON.stringify([task, variant, cell, optimizer]);
}

function settingKey(strategy: StrategySpec, rate: number): string {
  return `${rate} ${strategyKey(strategy)}`;
}

/** The charts of one cell, each row with its numbers as a table behind it. */
export function cellSection(contest: Contest, runs: RunIndex, palette: Palette): Html {
  const parts = partsOf(contest, runs, palette);
  const strategies = contest.contenders.map(({ strategy }) => strategy);
  return html`<h3>${contest.cell}</h3>
    ${resultsTable(contest, palette)} ${legend('strategies', strategies, palette)}
    <div class="row">
      ${chartFigure(scoreChart(parts), 'Score at each learning rate')}
      ${chartFigure(clipRateChart(parts), 'Share of the steps clipped, by rate')}
    </div>
    ${lossRow(parts)} ${normRow(parts)} ${sampleRow(parts)}`;
}

function ratesOf({ contenders }: Contest): number[] {
  return sortUnique(contenders.flatMap(({ rows }) => rows.map(({ learningRate }) => learningRate)));
}

function lossRow(parts: CellParts): Html {
  const panels = ratesOf(parts.contest).map((rate) => ({ rate, chart: lossChart(parts, rate) }));
  const row = panels.map(({ chart }) => thinnedLosses(chart));
  return html`<h4>Loss by step</h4>
    <p class="soft">
      Training loss: the median over seeds, with a band from the smallest to the largest. A cross marks where a run
      diverged and stopped.
    </p>
    <div class="row">${panels.map(({ rate }, place) => chartFigure(row[place]!, `rate ${rate}`, row))}</div>
    ${details(
      'Loss by step, as numbers',
      panels.map(({ rate, chart }) => pointsTable(`rate ${rate}`, chart.lines)),
    )}`;
}

function normRow(parts: CellParts): Html {
  const { contest, runsOf } = parts;
  const rate = bestRate(contest);
  const runs = contest.contenders.flatMap((contender) => runsOf(contender, rate).slice(0, 1));
  const charts = runs.map((run) => normsChart(parts, run));
  const row = charts.map(thinnedNorms);
  return html`<h4>Gradient norm at rate ${rate}, before and after</h4>
    <p class="soft">
      Thin: ‖g‖ as computed. Thick: as applied. Dashed: the threshold, where the strategy has one for the whole
      gradient. One seed, at the rate of this cell's best result.
    </p>
    <div class="row">
      ${row.map((chart, place) => chartFigure(chart, html`${chart.label} <span>${becameOf(runs[place]!)}</span>`, row))}
    </div>
    ${details(
      'Gradient norms, as numbers',
      charts.map((chart) => pointsTable(chart.label, normLines(chart))),
    )}`;
}

function becameOf({ start, end, steps }: Run): string {
  const clipped = steps.filter((line) => line.clipped).length / Math.max(1, steps.length);
  return `seed ${start.config.seed}: ${formatPercent(clipped)} clipped, ${formatOutcome(end)}`;
}

/** What the networks write at the end of the first run of each strategy's best setting. */
function sampleRow({ contest, palette, runsOf }: CellParts): Content {
  const samples = contest.contenders.flatMap((contender) => {
    const [run] = contender.best === undefined ? [] : runsOf(contender, contender.best.learningRate);
    return run?.end.sample === undefined ? [] : [{ name: palette.label(contender.strategy), text: run.end.sample }];
  });
  if (samples.length === 0) return '';
  return html`<h4>What each network writes</h4>
    <dl>
      ${samples.map(
        ({ name, text }) =>
          html`<dt>${name}</dt>
            <dd class="sample">${text}</dd>`,
      )}
    </dl>`;
}
