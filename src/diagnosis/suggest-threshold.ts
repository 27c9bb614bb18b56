import * as v from 'valibot';
import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { isPlainObject, toPlainData, toPlainOptions, rejectUnreadable } from '../core/plain.ts';
import { percentileOfSorted } from '../kernels/index.ts';
import type { ClipStats, NormSummary } from '../records/records.ts';

/**
 * A threshold, and why.
 *
 * @category Diagnosis
 */
export interface SuggestedThreshold {
  /** The threshold, in gradient units. */
  readonly maxNorm: number;
  /** The reason with its figures, as a sentence or two. */
  readonly because: string;
}

/**
 * What {@link suggestThreshold} goes by.
 *
 * @category Diagnosis
 */
export interface SuggestOptions {
  /** The percentile (0–100) of the norms to take, interpolated linearly; defaults to 90. */
  readonly percentile?: number;
}

/**
 * Suggests a threshold for `globalNorm` from norms that were measured: a percentile of them.
 *
 * The norms are those before clipping, so it matters little whether anything clipped while they were measured. The
 * default 90 shortens the longest tenth of the steps: enough against spikes, and most steps keep their length.
 *
 * @param norms - Norms, as in `(await optimizer.records()).map((record) => record.normBefore)`, or the
 *   {@link ClipStats} of an optimizer; NaN and Infinity are left out.
 * @throws ClippingError `bad-option` when no norm is finite, one is negative, the percentile is not from 0 to 100, or
 *   the answer would be 0; `unknown-option`.
 *
 * @example
 * ```ts
 * import { suggestThreshold } from 'gradclip';
 *
 * const { maxNorm, because } = suggestThreshold([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 500]);
 * console.log(maxNorm, because); // 10 …
 * ```
 *
 * @category Diagnosis
 */
export function suggestThreshold(
  norms: ArrayLike<number> | ClipStats,
  options: SuggestOptions = {},
): SuggestedThreshold {
  const given = toPlainOptions('suggestThreshold(norms, options)', options);
  assertOptionNames('suggestThreshold', given, ['percentile']);
  const { percentile = 90 } = given;
  if (typeof percentile !== 'number' || !(percentile >= 0 && percentile <= 100)) {
    throw new ClippingError(
      'bad-option',
      `\`suggestThreshold(norms, { percentile })\` must be a number from 0 to 100; received ${formatValue(percentile)}.`,
    );
  }
  const measured = rejectUnreadable('suggestThreshold(norms)', () =>
    isPlainObject(norms) && 'normBefore' in norms ? fromStats(norms) : fromNorms(norms),
  );
  const maxNorm = measured.at(percentile);
  const { count, left } = measured;
  const [median, largest] = [measured.at(50), measured.at(100)];
  if (maxNorm === 0) {
    throw new ClippingError(
      'bad-option',
      `\`suggestThreshold\`: ${round(percentile)} % of the ${count} norms are 0, and a threshold of 0 would let nothing ` +
        'pass. Does the loss depend on the variables?',
    );
  }
  const omitted = left === 0 ? '' : ` ${left} ${left === 1 ? 'norm was' : 'norms were'} NaN or Infinity and left out.`;
  return {
    maxNorm,
    because:
      `${round(percentile)} % of ${count} measured norms were at most ${round(maxNorm)} (median ${round(median)}, ` +
      `largest ${round(largest)}), so it shortens about ${round(100 - percentile)} % of the steps.${omitted}`,
  };
}

/** A number as a sentence shows it: three digits, and a power of ten where there would be many zeros. */
export function round(value: number): string {
  const size = Math.abs(value);
  return size >= 1e6 || (size > 0 && size < 1e-4) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

interface Measured {
  readonly count: number;
  readonly left: number;
  at(percentile: number): number;
}

function fromNorms(norms: unknown): Measured {
  const { length } = Object(norms) as { readonly length?: unknown };
  if (typeof norms !== 'object' || !Number.isSafeInteger(length)) throw wrong(`received ${formatValue(norms)}`);
  const all: number[] = [];
  // One by one, so that a long list with nothing in most places is refused before it is copied.
  for (let place = 0; place < (length as number); place += 1) {
    const norm = (norms as ArrayLike<unknown>)[place];
    if (typeof norm !== 'number') throw wrong(`received ${formatValue(norms)}`);
    all.push(norm);
  }
  const negative = all.find((norm) => norm < 0);
  if (negative !== undefined) throw wrong(`a norm is never negative; received ${negative}`);
  const ascending = Float64Array.from(all.filter(Number.isFinite)).sort();
  if (all.length === 0) throw wrong('received none. Train some steps first');
  if (ascending.length === 0)
    throw wrong(`none of the ${all.length} received is finite. Find out where they come from`);
  return {
    count: ascending.length,
    left: all.length - ascending.length,
    at: (percentile) => percentileOfSorted(ascending, percentile),
  };
}

const SUMMARY = [['min', 0], ['p25', 25], ['median', 50], ['p75', 75], ['p90', 90], ['p99', 99], ['max', 100]] as const; // prettier-ignore

// NaN throughout, where no norm was finite.
const norm = v.union([v.number(), v.nan()]);
const stats = v.object({
  steps: v.number(),
  normBefore: v.object({ min: norm, p25: norm, median: norm, p75: norm, p90: norm, p99: norm, max: norm }),
});

function fromStats(given: unknown): Measured {
  const parsed = v.safeParse(stats, toPlainData('suggestThreshold(norms)', given));
  if (!parsed.success) throw wrong(`received ${formatValue(given)}`);
  const { steps, normBefore } = parsed.output;
  if (steps === 0) throw wrong('the stats are of no steps. Train some steps first');
  const values = Object.values(normBefore);
  if (!values.every(Number.isFinite))
    throw wrong(`none of the ${steps} measured is finite. Find out where they come from`);
  const negative = values.find((value) => value < 0);
  if (negative !== undefined) throw wrong(`a norm is never negative; received ${negative}`);
  return { count: steps, left: 0, at: (percentile) => interpolated(normBefore, percentile) };
}

function interpolated(summary: NormSummary, percentile: number): number {
  const next = SUMMARY.findIndex(([, at]) => at >= percentile);
  const [name, at] = SUMMARY[next] ?? SUMMARY[6];
  const [before, from] = SUMMARY[next - 1] ?? SUMMARY[0];
  const t = at === from ? 1 : (percentile - from) / (at - from);
  return summary[before] + (summary[name] - summary[before]) * t;
}

function wrong(what: string): ClippingError {
  return new ClippingError(
    'bad-option',
    `\`suggestThreshold(norms)\` takes finite norms or the stats of an optimizer; ${what}.`,
  );
}
