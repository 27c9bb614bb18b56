/**
 * What a chart is drawn from, for paper and for a page that answers alike.
 *
 * Colours are CSS variables, so that a page decides on light and dark.
 *
 * @module
 */

import type * as Plot from '@observablehq/plot';

/** The width of every chart, in pixels, at which its letters are readable on a telephone. */
export const WIDTH = 344;

/** How a chart is looked at. */
export interface View {
  /** The names of the lines that are switched off. */
  readonly hidden: ReadonlySet<string>;
  /** The scale of charts that may have either. */
  readonly scale: 'log' | 'linear';
}

/** A chart with all that is in it: what is printed. */
export const EVERYTHING: View = { hidden: new Set(), scale: 'log' };

/** A named curve, as it is drawn. */
export interface DrawnCurve<Point> {
  readonly label: string;
  readonly color: string;
  readonly dash: string;
  readonly points: readonly Point[];
}

/** A point of a chart and what it says, for readers who point at it. */
export interface Reading {
  /** The name of the line it lies on. */
  readonly line: string;
  readonly x: number;
  readonly y: number | string;
  /** The row of a chart that has several. */
  readonly facet?: string;
  readonly color: string;
  readonly facts: readonly Fact[];
}

/** Something that is said of a point. */
export type Fact = readonly [name: string, value: string];

/** A chart as it is to be drawn, and what its points say. */
export interface Drawing {
  readonly options: Plot.PlotOptions;
  /** Whether a pointer is near a reading by its distance, or by being in its column or row. */
  readonly near: 'point' | 'column' | 'row';
  readonly readings: () => Reading[];
}

/** A number for an axis. */
export function shortNumber(value: number): string {
  return value >= 10_000 || (value > 0 && value < 0.001)
    ? value.toExponential(0).replace('e+', 'e')
    : String(Number(value.toPrecision(2)));
}
