import { mapValues } from '../core/entries.ts';
import { percentileOfSorted } from '../kernels/index.ts';
import type { Measurement } from './measure.ts';

/**
 * The record of one step.
 *
 * @category Optimizer
 */
export interface StepRecord {
  /** The step, counted from 0. */
  readonly step: number;
  /** ‖g‖₂ of all gradients before clipping; not finite if a gradient was not. */
  readonly normBefore: number;
  /** ‖g‖₂ of all gradients after clipping; 0 if the step was skipped. */
  readonly normAfter: number;
  /** ‖g‖₂ before clipping of each variable that had a gradient, by name. Computed when read. */
  readonly norms: Readonly<Record<string, number>>;
  /** Whether clipping changed the norm. */
  readonly clipped: boolean;
  /** Whether the step was skipped. */
  readonly skipped: boolean;
  /** The threshold that the strategy has measured, as with `globalNorm({ maxNorm: 'auto' })`; absent until it is fixed. */
  readonly threshold?: number;
  /** The variable that contributes more than half of ‖g‖₂²; absent if there is none. */
  readonly dominant?: string;
  /** ‖g‖₂ of that variable as a share of ‖g‖₂ of all, so above 0.7; present with `dominant`. */
  readonly dominantShare?: number;
  /** The variables whose gradients had NaN or ±Infinity; absent if none did. */
  readonly nonFinite?: readonly string[];
}

/**
 * The distribution of a norm over the window; all values are 0 if no finite norm was measured.
 *
 * @category Optimizer
 */
export interface NormSummary {
  /** The minimum. */
  readonly min: number;
  /** The 25th percentile. */
  readonly p25: number;
  /** The median. */
  readonly median: number;
  /** The 75th percentile. */
  readonly p75: number;
  /** The 90th percentile. */
  readonly p90: number;
  /** The 99th percentile. */
  readonly p99: number;
  /** The maximum. */
  readonly max: number;
}

/**
 * An optimizer with records, such as one made by {@link clipOptimizer}.
 *
 * @category Optimizer
 */
export interface RecordedOptimizer {
  /** The records of the steps in the window, oldest first. */
  records(): Promise<StepRecord[]>;
}

/** Whether a value is an optimizer with records. */
export function isRecorded(value: unknown): value is RecordedOptimizer {
  return typeof (Object(value) as Partial<RecordedOptimizer>).records === 'function';
}

/**
 * A summary of the steps in the window.
 *
 * @category Optimizer
 */
export interface ClipStats {
  /** The number of steps in the window. */
  readonly steps: number;
  /** The share of steps that were clipped, from 0 to 1. */
  readonly clipRate: number;
  /** The number of skipped steps. */
  readonly skipped: number;
  /** The number of steps with NaN or ±Infinity in a gradient. */
  readonly nonFinite: number;
  /** The latest threshold that the strategy has measured; absent without one. */
  readonly threshold?: number;
  /** ‖g‖₂ before clipping, over the steps with a finite norm. */
  readonly normBefore: NormSummary;
  /** ‖g‖₂ after clipping, over the steps that were taken. */
  readonly normAfter: NormSummary;
  /** For each variable, the number of steps in which it contributed more than half of ‖g‖₂². */
  readonly dominant: Readonly<Record<string, number>>;
}

// Norms are float32. Rounding must not make one of two equal norms dominant.
const HALF = 0.5 + 1e-6;

/** The record of a measured step. */
export function recordOf(measured: Measurement): StepRecord {
  const { step, variables, norms, normBefore, threshold = Infinity } = measured;
  const skipped = measured.skipped === 1;
  const normAfter = skipped ? 0 : measured.normAfter;
  const nonFinite = nonFiniteIn(measured);
  return {
    step,
    normBefore,
    normAfter,
    // Most programs never read it, and an object for each step costs time.
    get norms() {
      return Object.fromEntries(variables.map((name, index) => [name, norms[index] ?? NaN]));
    },
    clipped: !skipped && normAfter !== normBefore && nonFinite.length === 0,
    skipped,
    ...(threshold < Infinity ? { threshold } : {}),
    ...(nonFinite.length > 0 ? { nonFinite } : dominantIn(measured)),
  };
}

function nonFiniteIn({ variables, finite }: Measurement): string[] {
  return variables.filter((_, index) => finite[index] === 0);
}

function dominantIn({ variables, norms, normBefore }: Measurement): Pick<StepRecord, 'dominant' | 'dominantShare'> {
  const shareOf = (index: number): number => (norms[index] ?? 0) / normBefore;
  const index = variables.findIndex((_, each) => shareOf(each) ** 2 > HALF);
  const dominant = variables[index];
  return dominant === undefined ? {} : { dominant, dominantShare: Math.min(shareOf(index), 1) };
}

/** Summarizes the records of a window. */
export function statsOf(records: readonly StepRecord[]): ClipStats {
  const dominant: Record<string, number> = {};
  for (const { dominant: name } of records) if (name !== undefined) dominant[name] = (dominant[name] ?? 0) + 1;
  const clipped = records.filter((record) => record.clipped).length;
  const threshold = records.flatMap((record) => record.threshold ?? []).at(-1);
  return {
    steps: records.length,
    ...(threshold === undefined ? {} : { threshold }),
    clipRate: records.length === 0 ? 0 : clipped / records.length,
    skipped: records.filter((record) => record.skipped).length,
    nonFinite: records.filter((record) => record.nonFinite !== undefined).length,
    normBefore: summaryOf(records.map((record) => record.normBefore)),
    normAfter: summaryOf(records.filter((record) => !record.skipped).map((record) => record.normAfter)),
    dominant,
  };
}

/** The percentile of each entry of a {@link NormSummary}. */
export const PERCENTILES: Readonly<Record<keyof NormSummary, number>> = {
  min: 0,
  p25: 25,
  median: 50,
  p75: 75,
  p90: 90,
  p99: 99,
  max: 100,
};

function summaryOf(norms: readonly number[]): NormSummary {
  const ascending = Float64Array.from(norms.filter(Number.isFinite)).sort();
  return mapValues(PERCENTILES, (percentile) =>
    ascending.length === 0 ? 0 : percentileOfSorted(ascending, percentile),
  );
}
