/**
 * The words in which a strategy declares its options.
 *
 * Each is a thin word over valibot: the schema checks, `rule` says in a sentence what it checks, and the rest
 * is what a command line or a slider needs to offer the option.
 *
 * @module
 */

import * as v from 'valibot';
import { isPlainObject } from './plain.ts';

/**
 * One option: its check, its default, and what it means.
 *
 * @category Options
 */
export interface Field<Value = unknown> {
  /** What sort of control shows it. */
  readonly kind: 'number' | 'integer' | 'choice' | 'flag' | 'names' | 'numbers-by-name' | 'integers';
  /** The value where none is given. */
  readonly default: Value;
  /** What the option means, with its unit. */
  readonly about: string;
  /** What a value must be, completing "must be …". */
  readonly rule: string;
  /** Checks and normalises a value. */
  readonly schema: v.GenericSchema<unknown, Value>;
  /** The smallest value, for numbers. */
  readonly min?: number;
  /** The largest value, for numbers. */
  readonly max?: number;
  /** The values on offer, for choices. */
  readonly choices?: readonly (string | number)[];
  /** Whether `null` may stand for "not set". */
  readonly nullable?: boolean;
  /** Whether it decides the shapes of the memory, so that it must stay while training. */
  readonly sizesMemory?: boolean;
}

/**
 * The options of one kind of strategy, by name.
 *
 * @category Options
 */
export type Fields = Readonly<Record<string, Field>>;

/**
 * The options as a caller gives them: each may be left out.
 *
 * @category Options
 */
export type OptionsOf<F extends Fields> = { readonly [K in keyof F]?: F[K]['default'] };

/**
 * The options with the defaults filled in.
 *
 * @category Options
 */
export type ResolvedOptions<F extends Fields> = { readonly [K in keyof F]: F[K]['default'] };

/**
 * What every field word takes.
 *
 * @category Options
 */
export interface Described<Value> {
  /** The value where none is given. */
  readonly default: Value;
  /** What the option means, with its unit. */
  readonly about: string;
}

// JSON has no Infinity, so specs write it as a string.
const numeric = v.pipe(
  v.unknown(),
  v.transform((value) => (value === 'Infinity' || value === '-Infinity' ? Number(value) : value)),
  v.number(),
);

function bounded(
  kind: 'number' | 'integer',
  rule: string,
  { default: value, about }: Described<number>,
  check: (value: number) => boolean,
  range: { min?: number; max?: number },
): Field<number> {
  return { kind, default: value, about, rule, schema: v.pipe(numeric, v.check(check)), ...range };
}

/**
 * A bound on a size: 0 lets nothing pass, `Infinity` is "off but measured".
 *
 * @category Options
 */
export function threshold(described: Described<number>): Field<number> {
  return bounded('number', 'a number from 0 to Infinity', described, (value) => value >= 0, { min: 0 });
}

/**
 * A number greater than 0 that is finite as a float32, so at most 3.4e38.
 *
 * @category Options
 */
export function positive(described: Described<number>): Field<number> {
  // As tensors hold it: 1e39 is Infinity to them.
  const check = (value: number): boolean => value > 0 && Number.isFinite(Math.fround(value));
  return bounded('number', 'a finite number greater than 0', described, check, { min: 0 });
}

/**
 * A number of at least `min` and at most `max`, both included, be they infinite.
 *
 * @category Options
 */
export function between(described: Described<number> & { readonly min: number; readonly max: number }): Field<number> {
  const { min, max } = described;
  const rule = `a number from ${min} to ${max}`;
  const check = (value: number): boolean => value >= min && value <= max;
  return bounded('number', rule, described, check, { min, max });
}

/**
 * A smoothing factor: 0 forgets at once, and 1 itself, which never learns, is refused.
 *
 * @category Options
 */
export function decay(described: Described<number>): Field<number> {
  const check = (value: number): boolean => value >= 0 && value < 1;
  return bounded('number', 'a number from 0 up to but not including 1', described, check, { min: 0, max: 1 });
}

/**
 * A whole number of at least `min` (0 where not said). One that `sizesMemory` cannot be scheduled.
 *
 * @category Options
 */
export function count(
  described: Described<number> & { readonly min?: number; readonly max?: number; readonly sizesMemory?: boolean },
): Field<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, sizesMemory = false } = described;
  const upper = described.max === undefined ? '' : ` and at most ${max}`;
  const check = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max;
  return {
    ...bounded('integer', `a whole number of at least ${min}${upper}`, described, check, {
      min,
      ...(described.max === undefined ? {} : { max }),
    }),
    ...(sizesMemory ? { sizesMemory } : {}),
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
    schema: v.pipe(
      v.unknown(),
      v.transform((value) => (value === 'inf' ? Infinity : value)),
      numeric,
      v.check((value) => value > 0),
      v.transform((value) => (value === Infinity ? 'inf' : value)),
    ),
  };
}

/**
 * One of a few words.
 *
 * @category Options
 */
export function choice<const Word extends string>(
  words: readonly Word[],
  described: Described<NoInfer<Word>>,
): Field<Word> {
  const rule = `one of ${words.map((word) => `'${word}'`).join(', ')}`;
  return { ...described, kind: 'choice', rule, choices: words, schema: v.picklist(words) };
}

/**
 * True or false.
 *
 * @category Options
 */
export function flag(described: Described<boolean>): Field<boolean> {
  return { ...described, kind: 'flag', rule: 'true or false', schema: v.boolean() };
}

/**
 * A list of names or globs.
 *
 * @category Options
 */
export function names(described: Described<readonly string[]>): Field<readonly string[]> {
  return { ...described, kind: 'names', rule: 'a list of strings', schema: v.array(v.string()) };
}

/**
 * A list of whole numbers, such as axes; negative ones count from the end.
 *
 * @category Options
 */
export function integers(described: Described<readonly number[]>): Field<readonly number[]> {
  const schema = v.array(v.pipe(v.number(), v.integer()));
  return { ...described, kind: 'integers', rule: 'a list of whole numbers', schema };
}

/**
 * Thresholds by name or glob: `{ 'lstm*': 0.5 }`.
 *
 * @category Options
 */
export function thresholdsByName(
  described: Described<Readonly<Record<string, number>>>,
): Field<Readonly<Record<string, number>>> {
  return {
    ...described,
    kind: 'numbers-by-name',
    rule: 'an object of numbers from 0 to Infinity',
    // Not a `record` of valibot, which leaves out names such as `constructor`.
    schema: v.pipe(
      v.custom<object>(isPlainObject),
      v.transform((value): unknown => Object.entries(value)),
      v.array(
        v.tuple([
          v.string(),
          v.pipe(
            numeric,
            v.check((value) => value >= 0),
          ),
        ]),
      ),
      v.transform((entries) => Object.fromEntries(entries)),
    ),
  };
}

/**
 * The same option, with `null` for "not set" as its default.
 *
 * @category Options
 */
export function optional<Value>(field: Field<Value>): Field<Value | null> {
  return {
    ...field,
    default: null,
    nullable: true,
    rule: `${field.rule}, or null`,
    schema: v.nullable(field.schema),
  };
}
