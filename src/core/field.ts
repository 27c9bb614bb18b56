/**
 * What a field says about one option, and the types of options that follow from it.
 *
 * @module
 */

import type { Scalar } from '@tensorflow/tfjs-core';
import type { NamedTensors } from './contract.ts';
import type { MeasuredThreshold } from './measured.ts';

/**
 * Describes one option: its check, its default and its meaning.
 *
 * @category Options
 */
export interface Field<Value = unknown> {
  /** The kind of value, which decides the control that edits it. */
  readonly kind: 'number' | 'integer' | 'choice' | 'flag' | 'names' | 'numbers-by-name' | 'integers';
  /** The value used when the option is left out. */
  readonly default: Value;
  /** The meaning of the option, with its unit if it has one. */
  readonly about: string;
  /** The check in words, completing "must be …". */
  readonly rule: string;
  /** Returns a value in its normal form; undefined if the rule does not allow it. */
  readonly parse: (this: void, value: unknown) => Value | undefined;
  /** What a rejected value probably means, as a question. */
  readonly hint?: (value: unknown) => string;
  /** The smallest value, for numbers. */
  readonly min?: number;
  /** The largest value, for numbers. */
  readonly max?: number;
  /** The values to choose from, for choices. */
  readonly choices?: readonly (string | number)[];
  /** Whether `null` means "not set". */
  readonly nullable?: boolean;
  /** Whether the option decides the shapes of the state, so that it cannot change during training. */
  readonly sizesState?: boolean;
  /** Whether the option is a fixed threshold: a bound that does not adapt to the gradients. */
  readonly isThreshold?: boolean;
  /** The norm that the option bounds, for a threshold that can be measured; see {@link measurable}. */
  readonly measure?: (this: void, gradients: NamedTensors, options: Readonly<Record<string, unknown>>) => Scalar;
}

/**
 * The option of a threshold that can be measured.
 *
 * @category Options
 */
export interface MeasurableField extends Field<number | 'auto' | MeasuredThreshold> {
  readonly measure: NonNullable<Field['measure']>;
}

/**
 * Names and describes the options of one kind of strategy.
 *
 * @category Options
 */
export type Fields = Readonly<Record<string, Field>>;

/**
 * The options as a caller passes them; each may be left out.
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
 * The options as `clip` receives them; a measured threshold is a tensor of shape [].
 *
 * @category Options
 */
export type ClipOptionsOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends MeasurableField ? number | Scalar : F[K]['default'];
};

/**
 * The default and the meaning, which every field takes.
 *
 * @category Options
 */
export interface Described<Value> {
  /** The value used when the option is left out. */
  readonly default: Value;
  /** The meaning of the option, with its unit if it has one. */
  readonly about: string;
}
