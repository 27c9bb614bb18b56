/**
 * The answer of an experiment: statements, the tables that support them, and figures.
 *
 * It is computed from summary rows alone, so it can be recomputed without training and shown in a terminal, a report or a document.
 *
 * @module
 */

import type { StrategySpec } from 'gradclip';

/** A table of text; the first column names the row. */
export interface AnswerTable {
  readonly title: string;
  /** Explains the numbers, in one sentence. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A point of a curve: a value and its range. A value is null if no scale can show it. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

/** One strategy's curve in a panel. */
export interface Curve {
  /** Determines the name and the colour. */
  readonly strategy: StrategySpec;
  readonly points: readonly CurvePoint[];
}

/** One small chart. */
export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** A reference level, such as the score of a predictor that learns nothing. */
  readonly level?: { readonly y: number; readonly name: string };
}

/** Small charts with curves, side by side. */
export interface CurveFigure {
  /** A name for its file: lower case, with hyphens. */
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly x: { readonly name: string; readonly log: boolean };
  readonly y: { readonly name: string; readonly domain?: readonly [number, number] };
  /** What the name of a curve identifies. Default: `strategy`. */
  readonly curveIs?: string;
  readonly panels: readonly Panel[];
}

/** A value with its interval, and the values of the seeds. A value is null if it falls on a diverged run. */
export interface DotRow {
  readonly label: string;
  readonly value: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly dots?: readonly (number | null)[];
}

/** One small chart with a row for each value. */
export interface DotPanel {
  readonly title: string;
  readonly rows: readonly DotRow[];
  /** A reference level, such as the score without clipping. */
  readonly level?: { readonly x: number; readonly name: string };
}

/** Small charts that compare values, side by side. */
export interface DotFigure {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly x: { readonly name: string; readonly better: 'lower' | 'higher' };
  readonly dotPanels: readonly DotPanel[];
}

/** A figure of an answer. */
export type Figure = CurveFigure | DotFigure;

/** An answer and the data that supports it. */
export interface Answer {
  /** Answers the question of the experiment in one or two sentences, with the most important numbers. */
  readonly headline?: string;
  /** Each statement makes sense alone and includes its numbers. */
  readonly statements: readonly string[];
  readonly tables: readonly AnswerTable[];
  /** The first one shows the headline. */
  readonly figures: readonly Figure[];
}
