/**
 * What an experiment's rows come to: the answer in sentences, the tables they rest on, and figures.
 *
 * Made from rows alone, so it can be made again without training, and shown in a terminal, a report or a document.
 *
 * @module
 */

import type { StrategySpec } from 'gradclip';

/** A table of text; the first column names the row. */
export interface AnswerTable {
  readonly title: string;
  /** What the numbers are, in a sentence. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A point of a curve: a value and what it scatters over, null where it lies beyond every scale. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

/** One strategy's curve in a panel. */
export interface Curve {
  /** Decides name and colour. */
  readonly strategy: StrategySpec;
  readonly points: readonly CurvePoint[];
}

/** One small chart. */
export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** A level that all is held against, such as what a predictor scores that learns nothing. */
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
  /** What the name of a curve is the name of; `strategy` unless said otherwise. */
  readonly curveIs?: string;
  readonly panels: readonly Panel[];
}

/** An answer and what it rests on. */
export interface Answer {
  /** Each a statement of its own, with its figures. */
  readonly statements: readonly string[];
  readonly tables: readonly AnswerTable[];
  readonly figures: readonly Figure[];
}
