/**
 * The functions with which a strategy declares its options.
 *
 * `parse` checks a value, `rule` describes the check in words, and the rest is what a command line or a slider needs to
 * offer the option.
 *
 * @module
 */

import type { Described, Field, MeasurableField } from './field.ts';
import { isMeasured } from './measured.ts';
import { isPlainObject } from './plain.ts';

export type { ClipOptionsOf, Described, Field, Fields, MeasurableField, OptionsOf, ResolvedOptions } from './field.ts';

type Check = (value: number) => boolean;

/** Returns a number that passes a check. JSON has no Infinity, so specs write it as a string. */
function parseNumber(value: unknown, check: Check): number | undefined {
  const number = value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
  return typeof number === 'number' && check(number) ? number : undefined;
}

function bounded(
  kind: 'number' | 'integer',
  rule: string,
  { default: value, about }: Described<number>,
  check: Check,
  more: Partial<Field<number>>,
): Field<number> {
  return { kind, default: value, about, rule, parse: (given) => parseNumber(given, check), ...more };
}

function listOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): readonly Item[] | undefined {
  return Array.isArray(value) && value.every(isItem) ? value : undefined;
}

const isNonNegative: Check = (value) => value >= 0;

/**
 * A fixed threshold from 0 to Infinity: 0 lets nothing pass, and `Infinity` clips nothing but still measures.
 *
 * Use it when the strategy clips by fixed thresholds alone. The optimizer then warns if the strategy clips nearly every
 * step, or none. A multiple of a running statistic, or a strategy that changes every gradient, takes
 * {@link nonNegative}, which accepts the same values without that warning.
 *
 * @category Options
 */
export function threshold(described: Described<number>): Field<number> {
  return { ...nonNegative(described), isThreshold: true };
}

/**
 * Lets a threshold be measured: by `'auto'` for 50 steps and percentile 90, or by a {@link MeasuredThreshold}.
 *
 * `clip` then receives it as a tensor of shape [], Infinity while it is measured.
 *
 * @param measure - Computes the norm that the threshold bounds; shape [].
 *
 * @category Options
 */
export function measurable(field: Field<number>, measure: MeasurableField['measure']): MeasurableField {
  return {
    ...field,
    measure,
    hint: (value) =>
      typeof value === 'number' ? '' : " Or use 'auto', or { kind: 'measured', steps: 50, percentile: 90 }.",
    parse: (value) => (value === 'auto' || isMeasured(value) ? value : field.parse(value)),
  };
}

/**
 * A number from 0 to Infinity, both included.
 *
 * @category Options
 */
export function nonNegative(described: Described<number>): Field<number> {
  return bounded('number', 'a number from 0 to Infinity', described, isNonNegative, { min: 0 });
}

/**
 * A number greater than 0 that is finite as a float32: at most 3.4e38.
 *
 * @category Options
 */
export function positive(described: Described<number>): Field<number> {
  // Tensors hold float32, in which 1e39 is Infinity.
  const check = (value: number): boolean => value > 0 && Number.isFinite(Math.fround(value));
  return bounded('number', 'a finite number greater than 0', described, check, { min: 0 });
}

/**
 * A number from `min` to `max`, both included; either may be infinite.
 *
 * Set `isThreshold` when the number is a fixed threshold; see {@link threshold}.
 *
 * @category Options
 */
export function between(
  described: Described<number> & { readonly min: number; readonly max: number; readonly isThreshold?: boolean },
): Field<number> {
  const { min, max, isThreshold } = described;
  const rule = `a number from ${min} to ${max}`;
  const check = (value: number): boolean => value >= min && value <= max;
  return bounded('number', rule, described, check, { min, max, ...(isThreshold ? { isThreshold } : {}) });
}

/**
 * A percentile: 0, or a number from 1 to 100.
 *
 * A share such as 0.9 is rejected, because percentile 90 is meant.
 *
 * @category Options
 */
export function percentile(described: Described<number>): Field<number> {
  const rule = '0, or a number from 1 to 100';
  const check = (value: number): boolean => value === 0 || (value >= 1 && value <= 100);
  return bounded('number', rule, described, check, { min: 0, max: 100, hint: askForPercentile });
}

/** Asks whether a share such as 0.9 means percentile 90. */
export function askForPercentile(value: unknown): string {
  const isShare = typeof value === 'number' && value > 0 && value < 1;
  return isShare ? ` Did you mean ${Number((100 * value).toPrecision(6))}?` : '';
}

/**
 * A smoothing factor from 0 up to but not including 1.
 *
 * 0 keeps only the latest value. 1 would never learn, so it is rejected.
 *
 * @category Options
 */
export function decay(described: Described<number>): Field<number> {
  const check = (value: number): boolean => value >= 0 && value < 1;
  return bounded('number', 'a number from 0 up to but not including 1', described, check, { min: 0, max: 1 });
}

/**
 * A whole number of at least `min`, which is 0 by default.
 *
 * Set `sizesState` when the number decides the shape of the state; such an option cannot be scheduled.
 *
 * @category Options
 */
export function count(
  described: Described<number> & { readonly min?: number; readonly max?: number; readonly sizesState?: boolean },
): Field<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, sizesState = false } = described;
  const upper = described.max === undefined ? '' : ` and at most ${max}`;
  const check = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max;
  return {
    ...bounded('integer', `a whole number of at least ${min}${upper}`, described, check, {
      min,
      ...(described.max === undefined ? {} : { max }),
    }),
    ...(sizesState ? { sizesState } : {}),
  };
}

/**
 * The order p of a norm ‖x‖ₚ: any number greater than 0, or `'inf'` for the largest magnitude.
 *
 * @category Options
 */
export function order(described: Described<number | 'inf'>): Field<number | 'inf'> {
  return {
    ...described,
    kind: 'choice',
    rule: `a number greater than 0, or 'inf'`,
    choices: [1, 2, 'inf'],
    parse(value) {
      const parsed = parseNumber(value === 'inf' ? Infinity : value, (number) => number > 0);
      return parsed === Infinity ? 'inf' : parsed;
    },
  };
}

/**
 * One of the given words.
 *
 * @category Options
 */
export function choice<const Word extends string>(
  words: readonly Word[],
  described: Described<NoInfer<Word>>,
): Field<Word> {
  const rule = `one of ${words.map((word) => `'${word}'`).join(', ')}`;
  return { ...described, kind: 'choice', rule, choices: words, parse: (value) => words.find((word) => word === value) };
}

/**
 * True or false.
 *
 * @category Options
 */
export function flag(described: Described<boolean>): Field<boolean> {
  return {
    ...described,
    kind: 'flag',
    rule: 'true or false',
    parse: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

/**
 * A list of names or globs.
 *
 * @category Options
 */
export function names(described: Described<readonly string[]>): Field<readonly string[]> {
  return {
    ...described,
    kind: 'names',
    rule: 'a list of strings',
    parse: (value) => listOf(value, (item) => typeof item === 'string'),
  };
}

/**
 * A list of whole numbers, such as axes; negative numbers count from the end.
 *
 * @category Options
 */
export function integers(described: Described<readonly number[]>): Field<readonly number[]> {
  const isInteger = (item: unknown): item is number => Number.isInteger(item);
  return {
    ...described,
    kind: 'integers',
    rule: 'a list of whole numbers',
    parse: (value) => listOf(value, isInteger),
  };
}

/**
 * Fixed thresholds by name or glob: `{ 'lstm*': 0.5 }`.
 *
 * @category Options
 */
export function thresholdsByName(
  described: Described<Readonly<Record<string, number>>>,
): Field<Readonly<Record<string, number>>> {
  return {
    ...described,
    kind: 'numbers-by-name',
    isThreshold: true,
    rule: 'an object of numbers from 0 to Infinity',
    parse(value) {
      if (!isPlainObject(value)) return undefined;
      const parsed = Object.entries(value).map(([name, limit]) => [name, parseNumber(limit, isNonNegative)] as const);
      return parsed.some(([, limit]) => limit === undefined)
        ? undefined
        : (Object.fromEntries(parsed) as Record<string, number>);
    },
  };
}

/**
 * Lets an option be `null`, which means "not set" and becomes its default.
 *
 * @category Options
 */
export function optional<Value>(field: Field<Value>): Field<Value | null> {
  return {
    ...field,
    default: null,
    nullable: true,
    rule: `${field.rule}, or null`,
    parse: (value) => (value === null ? null : field.parse(value)),
  };
}
