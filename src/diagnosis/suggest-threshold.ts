import { askForPercentile } from '../core/fields.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { isPlainObject, toPlainOptions } from '../core/plain.ts';
import { percentileOfSorted } from '../kernels/index.ts';
import {
  isRecorded,
  PERCENTILES,
  type ClipStats,
  type NormSummary,
  type RecordedOptimizer,
} from '../records/records.ts';

/**
 * A threshold and the reason for it.
 *
 * @category Diagnosis
 */
export interface SuggestedThreshold {
  /** The threshold. */
  readonly maxNorm: number;
  /** The reason with its figures, in a sentence or two. */
  readonly because: string;
}

/**
 * The options of {@link suggestThreshold}.
 *
 * @category Diagnosis
 */
export interface SuggestOptions {
  /** The percentile of the norms to take, 0 or from 1 to 100, with linear interpolation; defaults to 90. */
  readonly percentile?: number;
}

/** Measured norms: how many are finite, how many are not, and their percentiles. */
interface MeasuredNorms {
  readonly count: number;
  readonly nonFinite: number;
  at(percentile: number): number;
  /** How many norms lie above the one at this percentile, in words. */
  countAbove(percentile: number): string;
}

/**
 * Suggests a threshold for `globalNorm`: a percentile of measured norms.
 *
 * It takes the norms before clipping. Measure them without clipping: after a clipped step, the norms belong to a
 * different run. The default percentile 90 clips the largest tenth of the steps: that stops spikes and leaves most
 * steps as they are.
 *
 * @param source - An optimizer made by `clipOptimizer`; norms, as in
 *   `(await optimizer.records()).map((record) => record.normBefore)`; or {@link ClipStats}, which have only the
 *   percentiles 0, 25, 50, 75, 90, 99 and 100. NaN and Infinity are left out.
 * @returns The threshold; a promise of it for an optimizer, whose records may still be on the device.
 * @throws ClippingError `bad-option` when no norm is finite, when a norm is negative, when the percentile is neither 0 nor
 *   from 1 to 100, when the stats do not have it, or when the threshold would be 0; `unknown-option`.
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
export function suggestThreshold(source: RecordedOptimizer, options?: SuggestOptions): Promise<SuggestedThreshold>;
export function suggestThreshold(source: ArrayLike<number> | ClipStats, options?: SuggestOptions): SuggestedThreshold;
export function suggestThreshold(
  source: RecordedOptimizer | ArrayLike<number> | ClipStats,
  options: SuggestOptions = {},
): SuggestedThreshold | Promise<SuggestedThreshold> {
  const percentile = parsePercentile(options);
  if (isRecorded(source)) {
    return source.records().then((records) => suggest(measureNorms(records.map((one) => one.normBefore)), percentile));
  }
  return suggest(isStats(source) ? measureStats(source) : measureNorms(source), percentile);
}

function parsePercentile(options: unknown): number {
  const parsed = toPlainOptions('suggestThreshold(source, options)', options);
  assertOptionNames('suggestThreshold', parsed, ['percentile']);
  const { percentile = 90 } = parsed;
  const hint = askForPercentile(percentile);
  if (typeof percentile === 'number' && percentile >= 0 && percentile <= 100 && hint === '') return percentile;
  throw new ClippingError(
    'bad-option',
    `\`percentile\` of \`suggestThreshold\` must be 0, or a number from 1 to 100; received ` +
      `${formatValue(percentile)}.${hint}`,
  );
}

function isStats(value: unknown): value is ClipStats {
  return isPlainObject(value) && 'normBefore' in value;
}

function suggest({ count, nonFinite, at, countAbove }: MeasuredNorms, percentile: number): SuggestedThreshold {
  const maxNorm = at(percentile);
  if (maxNorm === 0) {
    throw new ClippingError(
      'bad-option',
      `\`suggestThreshold\`: ${round(percentile)} % of the ${count} norms are 0, so the threshold would be 0. ` +
        'Does the loss depend on the variables?',
    );
  }
  const omitted = nonFinite === 0 ? '' : ` ${nonFinite} more ${nonFinite === 1 ? 'was' : 'were'} NaN or Infinity.`;
  return {
    maxNorm,
    because:
      `${round(maxNorm)} is percentile ${round(percentile)} of ${count} measured norms (median ${round(at(50))}, ` +
      `largest ${round(at(100))}); it would have clipped ${countAbove(percentile)} of them.${omitted}`,
  };
}

/** Formats a number for a sentence: three digits, and a power of ten instead of many zeros. */
export function round(value: number): string {
  const size = Math.abs(value);
  return size >= 1e6 || (size > 0 && size < 1e-4) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

function measureNorms(source: unknown): MeasuredNorms {
  const norms = parseNorms(source, source);
  if (norms.length === 0) throw noNorms();
  const ascending = Float64Array.from(norms.filter(Number.isFinite)).sort();
  if (ascending.length === 0) throw noneFinite(norms.length);
  return {
    count: ascending.length,
    nonFinite: norms.length - ascending.length,
    at: (percentile) => percentileOfSorted(ascending, percentile),
    countAbove(percentile) {
      const threshold = percentileOfSorted(ascending, percentile);
      return String(ascending.filter((norm) => norm > threshold).length);
    },
  };
}

function parseNorms(list: unknown, source: unknown): number[] {
  const { length } = Object(list) as { readonly length?: unknown };
  if (typeof list !== 'object' || !Number.isSafeInteger(length)) throw badSource(`received ${formatValue(source)}`);
  const norms: number[] = [];
  // One by one, so that a sparse list of enormous length is refused at its first hole.
  for (let index = 0; index < (length as number); index += 1) {
    const norm = (list as ArrayLike<unknown>)[index];
    if (typeof norm !== 'number') throw badSource(`received ${formatValue(source)}`);
    if (norm < 0) throw badSource(`a norm is never negative; received ${norm}`);
    norms.push(norm);
  }
  return norms;
}

const NAMES = Object.keys(PERCENTILES) as (keyof NormSummary)[];

function measureStats(stats: ClipStats): MeasuredNorms {
  const { steps, nonFinite = 0, normBefore } = stats as Omit<ClipStats, 'nonFinite'> & { nonFinite?: number };
  const values = parseNorms([steps, ...NAMES.map((name) => (Object(normBefore) as NormSummary)[name])], stats);
  if (steps === 0) throw noNorms();
  if (nonFinite >= steps || !values.every(Number.isFinite)) throw noneFinite(steps);
  return {
    count: steps - nonFinite,
    nonFinite,
    // Equal norms make it fewer.
    countAbove: (percentile) => `at most ${Math.ceil(((100 - percentile) * (steps - nonFinite - 1)) / 100)}`,
    at(percentile) {
      const name = NAMES.find((each) => PERCENTILES[each] === percentile);
      if (name !== undefined) return normBefore[name];
      throw new ClippingError(
        'bad-option',
        `\`suggestThreshold(stats, { percentile: ${percentile} })\`: the stats have only the percentiles ` +
          `${Object.values(PERCENTILES).join(', ')}; pass the optimizer for others.`,
      );
    },
  };
}

function badSource(problem: string): ClippingError {
  return new ClippingError(
    'bad-option',
    `\`suggestThreshold(source)\` takes an optimizer, finite norms or stats; ${problem}.`,
  );
}

function noNorms(): ClippingError {
  return badSource('received no norms. Train some steps first');
}

function noneFinite(count: number): ClippingError {
  return badSource(`none of the ${count} norms is finite. \`diagnose(optimizer)\` may tell why`);
}
