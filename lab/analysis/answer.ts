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

/** Small charts of the same kind, side by side. */
export interface Figure {
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

/** An answer and the data that supports it. */
export interface Answer {
  /** Each statement makes sense alone and includes its numbers. */
  readonly statements: readonly string[];
  readonly tables: readonly AnswerTable[];
  readonly figures: readonly Figure[];
}
