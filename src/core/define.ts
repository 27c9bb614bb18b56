import type { Clipped, ClippingStrategy, NamedTensors, StepContext } from './contract.ts';
import { ClippingError, formatValue } from './errors.ts';
import { register } from './known.ts';
import type { Fields, OptionsOf, ResolvedOptions } from './fields.ts';
import { resolveOptions } from './options.ts';
import { toPlainOptions } from './plain.ts';

/**
 * Where a strategy comes from.
 *
 * @category Contract
 */
export interface Source {
  /** Family names, as in a citation. */
  readonly authors: string;
  /** Year of publication. */
  readonly year: number;
  /** Title of the work. */
  readonly title: string;
  /** Where to read it. */
  readonly url: string;
  /** The place in it: a section, equation or algorithm. */
  readonly section?: string;
}

/**
 * What a strategy promises beyond what every strategy owes; the law suite holds it to these.
 *
 * @category Contract
 */
export interface Laws {
  /** What keeps its direction: all gradients as one vector, those of a layer, of a variable, of a unit, or nothing. */
  readonly direction: 'global' | 'layer' | 'variable' | 'unit' | 'none';
  /** Whether clipping what was clipped, with the same memory, changes nothing. */
  readonly idempotent: boolean;
  /** Whether a gradient may come out longer than it came in (false where not said). */
  readonly lengthens?: boolean;
}

/**
 * What is known of a kind of strategy before one is made.
 *
 * @category Contract
 */
export interface Facts<F extends Fields = Fields> {
  /** The registry id: lower case, words joined by hyphens. */
  readonly id: string;
  /** The name for people. */
  readonly title: string;
  /** Where it comes from. */
  readonly source: Source;
  /** What it promises. */
  readonly laws: Laws;
  /** Its options. */
  readonly fields: F;
  /**
   * Those of its options that are fixed thresholds, if it clips by nothing else; a run in which they clip all steps or
   * none is worth a warning. Left out by what adapts, or changes every gradient by design.
   */
  readonly thresholds?: readonly (keyof F & string)[];
}

interface Definition<F extends Fields> extends Facts<F> {
  /**
   * Looks at the options together once each is valid by itself, and returns them, completed.
   * Given: the names that the caller set.
   */
  refine?(this: void, options: ResolvedOptions<F>, given: ReadonlySet<string>): ResolvedOptions<F>;
}

/**
 * Declares a strategy without memory.
 *
 * @category Contract
 */
export interface Stateless<F extends Fields> extends Definition<F> {
  /** Left out: what has an `init` is {@link Stateful}. */
  readonly init?: never;
  /** Gradients in, gradients of the same names and shapes out. */
  clip(this: void, options: ResolvedOptions<F>, gradients: NamedTensors, context: StepContext): NamedTensors;
}

/**
 * Declares a strategy that remembers.
 *
 * @category Contract
 */
export interface Stateful<F extends Fields, State extends NamedTensors> extends Definition<F> {
  /** The memory before the first step. */
  init(this: void, options: ResolvedOptions<F>, parameters: NamedTensors): State;
  /** Gradients and memory in, gradients and memory out. */
  clip(
    this: void,
    options: ResolvedOptions<F>,
    gradients: NamedTensors,
    state: State,
    context: StepContext,
  ): Clipped<State>;
}

/**
 * Makes strategies of one kind, and says what that kind is.
 *
 * @category Contract
 */
export interface StrategyFactory<
  F extends Fields = Fields,
  State extends NamedTensors = NamedTensors,
> extends Facts<F> {
  /** Makes a strategy; options left out take their defaults. */
  (options?: OptionsOf<F>): ClippingStrategy<State>;
}

/**
 * A factory of whatever options, as a shelf or a registry holds it.
 *
 * @category Contract
 */
export interface AnyStrategyFactory extends Facts {
  // `never` lets factories with different options stand in one list without a cast.
  /** Makes a strategy. */
  (options?: never): ClippingStrategy;
}

/**
 * Declares a kind of strategy once, for types, option checks, registry, command line, docs and law suite.
 *
 * With `init` the strategy has a memory, and `clip` is given it and returns it; without, `clip` returns gradients.
 *
 * @throws ClippingError `bad-spec` when the id is not lower-case words joined by hyphens; what the factory then
 *   throws is `unknown-option` or `bad-option`.
 *
 * @example
 * ```ts
 * import { defineStrategy, globalNormOf, positive, scaleAll } from 'gradclip/define';
 * import { div, maximum } from '@tensorflow/tfjs-core';
 *
 * const mine = defineStrategy({
 *   id: 'mine',
 *   title: 'Mine',
 *   source: { authors: 'Me', year: 2026, title: 'Notes', url: 'https://example.org' },
 *   laws: { direction: 'global', idempotent: true },
 *   fields: { maxNorm: positive({ default: 1, about: 'Longest norm that passes unchanged.' }) },
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
  const { id, title, source, laws, fields, thresholds, refine = (options) => options } = definition;
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
    return Object.freeze<ClippingStrategy>({
      id,
      options,
      init: (parameters) => definition.init?.(options, parameters) ?? {},
      clip: (gradients, state, context) =>
        definition.init
          ? definition.clip(options, gradients, state, context)
          : { gradients: definition.clip(options, gradients, context), state },
    });
  };
  const factory: StrategyFactory<F> = Object.freeze(
    Object.assign(make, { id, title, source, laws, fields, ...(thresholds === undefined ? {} : { thresholds }) }),
  );
  return factory;
}
