/**
 * The charts, each a small SVG that keeps its letters readable at the width of a telephone.
 *
 * Colours are CSS variables, so that a page decides on light and dark.
 *
 * @module
 */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Contest } from './best.ts';
import { Html } from './html.ts';
import { percentText } from './label.ts';
import type { Point } from './series.ts';

const WIDTH = 344;
const FONT = { fontSize: '12px', fontFamily: 'inherit', background: 'none', overflow: 'visible' };

/** A line to draw: who, in which colour, and its points. */
export interface Line {
  readonly label: string;
  readonly color: string;
  readonly points: readonly Point[];
  /** Whether its last point is where the run was given up. */
  readonly brokenOff?: boolean;
  readonly dashed?: boolean;
  readonly faint?: boolean;
}

/** Values against the training step, on a logarithmic scale. */
export function stepChart(
  title: string,
  axis: string,
  lines: readonly Line[],
  domain: readonly [number, number],
): Html {
  const marks = lines.flatMap(({ points, color, brokenOff, dashed, faint }) => {
    const shown = points
      .filter(({ value }) => value > 0)
      .map(({ step, value }) => ({ step, value: clamped(value, domain) }));
    const line = Plot.line(shown, {
      x: 'step',
      y: 'value',
      stroke: color,
      strokeWidth: faint ? 1 : 1.7,
      ...(dashed ? { strokeDasharray: '4 3' } : {}),
    });
    const end = Plot.dot(brokenOff ? shown.slice(-1) : [], {
      x: 'step',
      y: 'value',
      symbol: 'times',
      stroke: color,
      r: 5,
      strokeWidth: 2,
    });
    return [line, end];
  });
  return svg(title, {
    width: WIDTH,
    height: 220,
    marginLeft: 46,
    x: { label: 'step', nice: true, ticks: 5 },
    y: { type: 'log', domain: [...domain], label: axis, tickFormat: shortNumber, ticks: 5, grid: true },
    marks,
  });
}

/** The smallest and largest of the values above 0, with a little room, and at least a factor of 2 apart. */
export function logDomain(values: Iterable<number>, most = Infinity): [number, number] {
  let [low, high] = [Infinity, 0];
  for (const value of values) {
    if (!(value > 0 && Number.isFinite(value))) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) return [0.1, 10];
  return [low / 1.1, Math.max(2 * low, Math.min(most, high * 1.1))];
}

/** Each strategy's score against the learning rate; what diverged stands in a row of crosses at the top. */
export function scoreChart(
  { contenders }: Contest,
  labelOf: (contender: Contest['contenders'][number]) => string,
  colorOf: (contender: Contest['contenders'][number]) => string,
  baseline: number,
): Html {
  const rates = [...new Set(contenders.flatMap(({ rows }) => rows.map(({ learningRate }) => learningRate)))].sort(
    (a, b) => a - b,
  );
  const scores = contenders.flatMap(({ rows }) => rows.flatMap(({ metric }) => metric.median ?? []));
  const metric = contenders[0]?.rows[0]?.metric;
  const low = Math.min(baseline, ...scores);
  const high = Math.max(baseline, ...scores);
  const room = (high - low || 1) * 0.12;
  const top = high + 2 * room;
  const marks = contenders.flatMap((contender, place) => {
    const stroke = colorOf(contender);
    const dashed = contender.strategy.id === 'none' ? { strokeDasharray: '5 3' } : {};
    const reached = contender.rows.flatMap(({ learningRate, metric: { median } }) =>
      median === null ? [] : [{ learningRate, median }],
    );
    const lost = contender.rows.filter(({ metric: { median } }) => median === null);
    return [
      Plot.line(reached, { x: 'learningRate', y: 'median', stroke, strokeWidth: 1.7, ...dashed }),
      Plot.dot(reached, { x: 'learningRate', y: 'median', fill: stroke, r: 3.2, title: () => labelOf(contender) }),
      Plot.dot(lost, {
        x: 'learningRate',
        y: () => top,
        symbol: 'times',
        stroke,
        strokeWidth: 2,
        r: 4.5,
        dx: 11 * (place - (contenders.length - 1) / 2),
      }),
    ];
  });
  const diverged = scores.length < contenders.reduce((sum, { rows }) => sum + rows.length, 0);
  return svg('Score by learning rate', {
    width: WIDTH,
    height: 260,
    marginLeft: 46,
    marginRight: 34,
    insetLeft: 34,
    x: {
      type: 'log',
      domain: rates.length > 1 ? [rates[0], rates.at(-1)] : [(rates[0] ?? 1) / 2, (rates[0] ?? 1) * 2],
      ticks: rates,
      tickFormat: shortNumber,
      label: 'learning rate',
    },
    y: {
      domain: [low - room, top],
      label: `${metric?.name ?? 'score'} (${metric?.better ?? ''} is better)`,
      grid: true,
      ticks: 6,
    },
    marks: [
      Plot.ruleY([baseline], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
      Plot.text([baseline], {
        y: (value: number) => value,
        text: () => 'nothing learned',
        frameAnchor: 'left',
        dx: 3,
        dy: -7,
        textAnchor: 'start',
        fill: 'currentColor',
        fillOpacity: 0.75,
      }),
      ...(diverged
        ? [
            Plot.text([top], {
              y: (value: number) => value,
              text: () => 'diverged',
              frameAnchor: 'left',
              dx: 3,
              textAnchor: 'start',
              fill: 'currentColor',
              fillOpacity: 0.75,
            }),
          ]
        : []),
      ...marks,
    ],
  });
}

/** How often each strategy changed the gradient, at each learning rate. */
export function clipRateChart(
  { contenders }: Contest,
  labelOf: (contender: Contest['contenders'][number]) => string,
  colorOf: (contender: Contest['contenders'][number]) => string,
): Html {
  const bars = contenders
    .filter(({ strategy }) => strategy.id !== 'none')
    .flatMap((contender) =>
      contender.rows.map(({ learningRate, clipRate }) => ({
        label: labelOf(contender),
        color: colorOf(contender),
        rate: String(learningRate),
        clipRate: 100 * clipRate,
        text: percentText(clipRate),
      })),
    );
  const labels = [...new Set(bars.map(({ label }) => label))];
  const longest = Math.max(0, ...labels.map((label) => label.length));
  return svg('Steps clipped', {
    width: WIDTH,
    height: 56 + 15 * bars.length + 6 * labels.length,
    marginLeft: 30,
    marginRight: Math.min(150, 14 + 7 * longest),
    marginTop: 26,
    x: { domain: [0, 100], label: 'steps clipped, %', ticks: 3 },
    y: { type: 'band', label: 'rate', padding: 0.15, domain: [...new Set(bars.map(({ rate }) => rate))] },
    fy: { domain: labels, label: null, padding: 0.12 },
    marks: [
      Plot.barX(bars, { x: 'clipRate', y: 'rate', fy: 'label', fill: 'color' }),
      Plot.text(bars, {
        x: 'clipRate',
        y: 'rate',
        fy: 'label',
        text: 'text',
        textAnchor: 'start',
        dx: 4,
        fill: 'currentColor',
        stroke: 'var(--page)',
        strokeWidth: 3,
      }),
    ],
  });
}

function svg(name: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = Plot.plot({ ...options, document: document as unknown as Document, style: FONT, ariaLabel: name });
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new Html(drawn.outerHTML);
}

function clamped(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

function shortNumber(value: number): string {
  return value >= 10_000 || (value > 0 && value < 0.001)
    ? value.toExponential(0).replace('e+', 'e')
    : String(Number(value.toPrecision(2)));
}
