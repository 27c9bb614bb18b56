import * as Plot from '@observablehq/plot';
import { shortNumber, WIDTH, type View } from './drawing.ts';

/** Values at one step after another; null where there is none. */
export type Values = readonly (number | null)[];

/** Values over the training steps. */
export interface Series {
  readonly values: Values;
  /** The step of each value; where it is missing they are those of step 0 on. */
  readonly at?: readonly number[];
}

/** A line over the training steps. */
export interface StepLine extends Series {
  readonly color: string;
  /** Whether its last point is where the run was given up. */
  readonly brokenOff?: boolean;
  readonly dash?: string;
  readonly faint?: boolean;
  /** The smallest and the largest value at each step, drawn as a band behind the line. */
  readonly band?: { readonly low: Values; readonly high: Values };
}

/** Values against the training step; what is off the scale runs along its edge. */
export function stepOptions(
  axis: string,
  lines: readonly StepLine[],
  domain: readonly [number, number],
  steps: number,
  scale: View['scale'],
): Plot.PlotOptions {
  const cut = (value: number | null): number => Math.min(domain[1], Math.max(domain[0], value ?? NaN));
  const marks = lines.flatMap(({ color, brokenOff, dash, faint, band, ...series }) => {
    const shown = pointsOf(series, domain, scale);
    const area = Plot.areaY(band === undefined ? [] : band.low, {
      x: (_value: unknown, index: number) => series.at?.[index] ?? index,
      y1: (low: number | null) => cut(low),
      y2: (_value: unknown, index: number) => cut(band?.high[index] ?? null),
      fill: color,
      fillOpacity: 0.15,
    });
    const line = Plot.line(shown, {
      x: 'step',
      y: 'value',
      stroke: color,
      strokeWidth: faint ? 1 : 1.7,
      strokeDasharray: dash ?? 'none',
    });
    const end = Plot.dot(brokenOff ? shown.slice(-1) : [], {
      x: 'step',
      y: 'value',
      symbol: 'times',
      stroke: color,
      r: 5,
      strokeWidth: 2,
    });
    return [area, line, end];
  });
  return {
    width: WIDTH,
    height: 228,
    marginLeft: 46,
    marginBottom: 40,
    x: { label: 'step', domain: [0, steps], ticks: 5 },
    y: { type: scale, domain: [...domain], label: axis, tickFormat: shortNumber, ticks: 5, grid: true },
    marks,
  };
}

/** A value at a step, at the height at which it is drawn. */
export interface StepPoint {
  readonly step: number;
  /** Within the scale. */
  readonly value: number;
  /** As it was measured. */
  readonly measured: number;
}

/** The points of a line that can be shown on a scale. */
export function pointsOf(
  { values, at }: Series,
  [low, high]: readonly [number, number],
  scale: View['scale'],
): StepPoint[] {
  return values.flatMap((measured, place) =>
    measured === null || (scale === 'log' && measured <= 0)
      ? []
      : [{ step: at?.[place] ?? place, value: Math.min(high, Math.max(low, measured)), measured }],
  );
}

/**
 * The smallest and largest of the values with a little room, and on a logarithmic scale at least a factor of 2 apart;
 * those above `most` do not widen it.
 */
export function stepDomain(lines: readonly Values[], most: number, scale: View['scale']): [number, number] {
  let [low, high] = [Infinity, 0];
  for (const [least, greatest] of lines.map(extentOf)) {
    low = Math.min(low, least);
    high = Math.max(high, greatest);
  }
  if (high === 0) return [0.1, 10];
  if (scale === 'log') return [low / 1.1, Math.max(2 * low, Math.min(most, high * 1.1))];
  const top = Math.min(most, high);
  const room = 0.05 * (top - low > 0 ? top - low : low);
  return [Math.max(0, low - room), Math.max(top, low) + room];
}

const extents = new WeakMap<Values, readonly [number, number]>();

/** The smallest and largest positive value of a line, computed once: every chart of a row needs those of all others. */
function extentOf(values: Values): readonly [number, number] {
  const known = extents.get(values);
  if (known !== undefined) return known;
  let [low, high] = [Infinity, 0];
  for (const value of values) {
    if (value === null || !(value > 0 && Number.isFinite(value))) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  extents.set(values, [low, high]);
  return [low, high];
}
