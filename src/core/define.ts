import { withStepCache } from '../kernels/index.ts';
import type { Clipped, ClippingStrategy, NamedTensors, StepContext } from './contract.ts';
import { ClippingError, formatValue } from './errors.ts';
import { register } from './known.ts';
import { emptyMeasurement, measuredOption, measureThreshold } from './measured.ts';
import type { ClipOptionsOf, Fields, OptionsOf, ResolvedOptions } from './fields.ts';
import { resolveOptions } from './options.ts';
import { toPlainOptions } from './plain.ts';

/**
 * Where a strategy comes from.
 *
 * @category Contract
 */
export interface Source {
  /** Family names of the authors, as in a citation. */
  readonly authors: string;
  /** Year of publication. */
  readonly year: number;
  /** Title of the work. */
  readonly title: string;
  /** Address of the work. */
  readonly url: string;
  /** The section, equation or algorithm that is implemented. */
  readonly section?: string;
}

/**
 * Declares which properties a strategy has beyond those that every strategy must have.
 *
 * The conformance suite tests a strategy against this declaration.
 *
 * @category Contract
 */
export interface Laws {
  /** The largest part that keeps its direction: all gradients as one vector, a layer, a variable, a unit, or nothing. */
  readonly direction: 'global' | 'layer' | 'variable' | 'unit' | 'none';
  /** Whether clipping a clipped gradient again, with the same state, changes nothing. */
  readonly idempotent: boolean;
  /** Whether the strategy may lengthen a gradient; false by default. */
  readonly lengthens?: boolean;
}

/**
 * Describes a kind of strategy: its id, title, source, laws and options.
 *
 * @category Contract
 */
export interface Facts<F extends Fields = Fields> {
  /** The registry id: lower case, words joined by hyphens. */
  readonly id: string;
  /** The name shown to people. */
  readonly title: string;
  /** The publication that the strategy implements; strategies of your own may have none. */
  readonly source?: Source;
  /** The properties that the conformance suite tests. */
  readonly laws: Laws;
  /** The options, by name. */
  readonly fields: F;
}

interface Definition<F extends Fields> extends Facts<F> {
  /**
   * Validates options that depend on each other, and returns them completed.
   *
   * Called after each option is valid by itself. `given` holds the names of the options that the caller set.
   */
  refine?(this: void, options: ResolvedOptions<F>, given: ReadonlySet<string>): ResolvedOptions<F>;
}

/**
 * Declares a strategy without state.
 *
 * @category Contract
 */
export interface Stateless<F extends Fields> extends Definition<F> {
  /** Absent; a declaration with `init` is {@link Stateful}. */
  readonly init?: never;
  /** Returns gradients of the same names and shapes. Not called when a step has no gradients. */
  clip(this: void, options: ClipOptionsOf<F>, gradients: NamedTensors, context: StepContext): NamedTensors;
}

/**
 * Declares a strategy with state.
 *
 * @category Contract
 */
export interface Stateful<F extends Fields, State extends NamedTensors> extends Definition<F> {
  /** Returns the state before the first step. */
  init(this: void, options: ResolvedOptions<F>, parameters: NamedTensors): State;
  /**
   * Returns gradients of the same names and shapes, and the next state.
   *
   * Not called when a step has no gradients: the state then stays as it is.
   */
  clip(
    this: void,
    options: ClipOptionsOf<F>,
    gradients: NamedTensors,
    state: State,
    context: StepContext,
  ): Clipped<State>;
}

/**
 * Creates strategies of one kind, and carries the declaration of that kind.
 *
 * @category Contract
 */
export interface StrategyFactory<
  F extends Fields = Fields,
  State extends NamedTensors = NamedTensors,
> extends Facts<F> {
  // No docstring: editors would show it in place of the docstring of the factory itself.
  (options?: OptionsOf<F>): ClippingStrategy<State>;
}

/**
 * A factory with any options, as lists and registries hold it.
 *
 * @category Contract
 */
export interface AnyStrategyFactory extends Facts {
  // `never` lets one list hold factories with different options, without a cast.
  (options?: never): ClippingStrategy;
}

/**
 * Declares a kind of strategy, and returns the factory that creates strategies of that kind.
 *
 * Types, option checks, the registry, the command line, the docs and the conformance suite all read this declaration.
 * With `init`, the strategy has state: `clip` receives it and returns the next one. Without, `clip` returns gradients.
 *
 * A step without gradients returns at once, with the state unchanged.
 *
 * @throws ClippingError `bad-spec` when the id is not lower-case words joined by hyphens. The factory throws
 *   `unknown-option` or `bad-option`.
 *
 * @example
 * ```ts
 * import { defineStrategy, globalNormOf, positive, scaleAll } from 'gradclip/define';
 * import { div, maximum } from '@tensorflow/tfjs-core';
 *
 * const mine = defineStrategy({
 *   id: 'mine',
 *   title: 'Mine',
 *   laws: { direction: 'global', idempotent: true },
 *   fields: { maxNorm: positive({ default: 1, about: 'Largest norm that passes unchanged.' }) },
 *   clip: ({ maxNorm }, gradients) => scaleAll(gradients, div(maxNorm, maximum(globalNormOf(gradients), maxNorm))),
 * });
 * console.log(mine({ maxNorm: 2 }).options);
 * ```
 *
 * @category Contract
 */
export function defineStrategy<const F extends Fields>(definition: Stateless<F>): StrategyFactory<F>;
export function defineStrategy<const F extends Fields, State extends NamedTensors>(
  definition: Stateful<F, State>,
): StrategyFactory<F, State>;
export function defineStrategy<const F extends Fields>(
  definition: Stateless<F> | Stateful<F, NamedTensors>,
): StrategyFactory<F> {
  const { id, title, source, laws, fields, refine = (options) => options } = definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new ClippingError(
      'bad-spec',
      `A strategy's id must be lower-case words joined by hyphens; received ${formatValue(id)}.`,
    );
  }
  const make = (given: OptionsOf<F> = {}): ClippingStrategy => {
    const own = toPlainOptions(id, given);
    const resolved = resolveOptions(id, fields, own);
    const set = Object.entries(own).filter(([, value]) => value !== undefined && value !== null);
    const options = Object.freeze(refine(resolved, new Set(set.map(([name]) => name))));
    register(factory);
    const measured = measuredOption(fields, options);
    return Object.freeze<ClippingStrategy>({
      id,
      options,
      init: (parameters) => ({
        ...definition.init?.(options, parameters),
        ...(measured && emptyMeasurement(measured.range)),
      }),
      clip: (gradients, state, context) => {
        if (Object.keys(gradients).length === 0) return { gradients, state };
        return withStepCache(() => {
          const next = measured && measureThreshold(measured.range, state, measured.measure(gradients, options));
          const current = (
            measured && next ? { ...options, [measured.name]: next.threshold } : options
          ) as ClipOptionsOf<F>;
          const clipped: Clipped = definition.init
            ? definition.clip(current, gradients, state, context)
            : { gradients: definition.clip(current, gradients, context), state };
          if (next === undefined) return clipped;
          return { ...clipped, state: { ...clipped.state, ...next.state }, threshold: next.threshold };
        });
      },
    });
  };
  const factory: StrategyFactory<F> = Object.freeze(
    Object.assign(make, { id, title, laws, fields, ...(source === undefined ? {} : { source }) }),
  );
  return factory;
}
