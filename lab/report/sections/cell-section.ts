import type { Run } from '../../run/record.ts';
import type { RunConfig } from '../../run/run-config.ts';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { findBest, describeVariants, type Contender, type Contest } from '../../analysis/contests.ts';
import { clipRateChart, lossChart, normsChart, scoreChart, type CellParts } from './cell-charts.ts';
import { chartFigure, legend } from '../html/chart-figure.ts';
import { normLines } from '../charts/norms.ts';
import { html, type Html } from '../html/html.ts';
import type { Palette } from '../charts/palette.ts';
import { strategyKey, formatPercent } from '../../analysis/names.ts';
import { formatOutcome } from '../../analysis/outcome.ts';
import { details } from '../html/details.ts';
import { pointsTable } from '../html/points-table.ts';
import { resultsTable } from './results-table.ts';
import { thinnedLosses, thinnedNorms } from '../charts/thinned.ts';

/** The charts of one cell, each row with its numbers as a table behind it. */
export function cellSection(contest: Contest, allRuns: readonly Run[], palette: Palette): Html {
  const describe = ({ steps, ...config }: RunConfig) => ({ ...config, plannedSteps: steps });
  const scored = allRuns.filter(({ start }) => !start.config.tuning);
  const variantOf = describeVariants(scored.map(({ start }) => describe(start.config)));
  const own = scored.filter(
    ({ start: { config } }) =>
      variantOf(describe(config)) === contest.variant &&
      (['task', 'cell', 'optimizer'] as const).every((name) => config[name] === contest[name]),
  );
  const runsOf = (contender: Contender, rate: number): Run[] =>
    own.filter(
      ({ start: { config } }) =>
        config.learningRate === rate && strategyKey(config.strategy) === strategyKey(contender.strategy),
    );
  const { start } = own[0] as Run;
  const parts: CellParts = { contest, palette, runsOf, start };
  const strategies = contest.contenders.map(({ strategy }) => strategy);
  return html`<h3>${contest.cell}</h3>
    ${resultsTable(contest, palette)} ${legend('strategies', strategies, palette)}
    <div class="row">
      ${chartFigure(scoreChart(parts), 'Score at each learning rate')}
      ${chartFigure(clipRateChart(parts), 'Share of the steps clipped, by rate')}
    </div>
    ${lossRow(parts)} ${normRow(parts)}`;
}

function ratesOf({ contenders }: Contest): number[] {
  return sortUnique(contenders.flatMap(({ rows }) => rows.map(({ learningRate }) => learningRate)));
}

function lossRow(parts: CellParts): Html {
  const panels = ratesOf(parts.contest).map((rate) => ({ rate, chart: lossChart(parts, rate) }));
  const row = panels.map(({ chart }) => thinnedLosses(chart));
  return html`<h4>Loss by step</h4>
    <p class="soft">Training loss, the median over seeds. A cross: diverged, and stopped there.</p>
    <div class="row">${panels.map(({ rate }, place) => chartFigure(row[place]!, `rate ${rate}`, row))}</div>
    ${details(
      'Loss by step, as numbers',
      panels.map(({ rate, chart }) => pointsTable(`rate ${rate}`, chart.lines)),
    )}`;
}

/** The norms at the rate of the best result of all, where strategies can be compared with the winner. */
function normRow(parts: CellParts): Html {
  const { contest, runsOf } = parts;
  const rate = findBest(contest.contenders.flatMap(({ rows }) => rows))?.learningRate ?? ratesOf(contest).at(-1) ?? NaN;
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
