/**
 * The charts, each a small SVG that keeps its letters readable at the width of a telephone.
 *
 * Colours are CSS variables, so that a page decides on light and dark.
 *
 * @module
 */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { html, Html } from './html.ts';
import type { Point } from './series.ts';

/** The width of every chart, in pixels. */
export const WIDTH = 344;
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
  steps: number,
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
    x: { label: 'step', domain: [0, steps], ticks: 5 },
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

/** Draws a plot to markup, with a name for readers who do not see it. */
export function svg(name: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = Plot.plot({ ...options, document: document as unknown as Document, style: FONT });
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // linkedom does not escape attributes, so the name is put in where everything is escaped.
  return html`${new Html('<svg role="img" ')}aria-label="${name}" ${new Html(drawn.outerHTML.slice('<svg '.length))}`;
}

function clamped(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

/** A number for an axis. */
export function shortNumber(value: number): string {
  return value >= 10_000 || (value > 0 && value < 0.001)
    ? value.toExponential(0).replace('e+', 'e')
    : String(Number(value.toPrecision(2)));
}
