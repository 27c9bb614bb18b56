import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import type { AnyStrategyFactory } from '../core/define.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { toPlainData } from '../core/plain.ts';
import { nearest } from '../core/suggest.ts';
import { type Combinator, parseSpec } from '../combinators/combinator.ts';

// A spec nests as deep as combinators do; a hostile one must not exhaust the stack.
const DEEPEST = 32;

/**
 * Strategies by id, and from JSON.
 *
 * @category Registry
 */
export class StrategyRegistry {
  readonly #factories = new Map<string, AnyStrategyFactory>();
  readonly #combinators: ReadonlyMap<string, Combinator>;

  /**
   * Takes the factories on offer, and the combinators that JSON may name: none but for a registry from a container.
   *
   * @throws ClippingError `bad-spec` for what is no factory, `duplicate-id` when two have the same id, or one has a
   *   combinator's.
   */
  constructor(factories: Iterable<AnyStrategyFactory>, combinators: Iterable<Combinator> = []) {
    this.#combinators = new Map([...combinators].map((combinator) => [combinator.id, combinator]));
    for (const factory of factories) {
      assertFactory(factory);
      const { id } = factory;
      if (this.#combinators.has(id)) {
        throw new ClippingError('duplicate-id', `A strategy may not be called \`${id}\`; that is a combinator.`);
      }
      const known = this.#factories.get(id);
      if (known !== undefined && known !== factory) {
        throw new ClippingError(
          'duplicate-id',
          `Two strategies are called \`${id}\`; ids must be unique in a registry.`,
        );
      }
      this.#factories.set(id, factory);
    }
  }

  /** The ids of the strategies, in the order registered; combinators are not among them. */
  ids(): string[] {
    return [...this.#factories.keys()];
  }

  /**
   * The factory of this id.
   *
   * @throws ClippingError `unknown-strategy`, with the id that was probably meant.
   */
  get(id: string): AnyStrategyFactory {
    const factory = this.#factories.get(id);
    if (factory !== undefined) return factory;
    if (this.#combinators.has(id)) {
      throw new ClippingError(
        'unknown-strategy',
        `\`${id}\` is a combinator and has no factory; make one with \`create({ id: "${id}", options })\`.`,
      );
    }
    throw this.#unknown(id);
  }

  /**
   * Makes a strategy from its id and options, or from JSON, in which combinators may nest.
   *
   * @throws ClippingError `bad-spec` for what is no spec, `unknown-strategy`, `unknown-option` or `bad-option`.
   *
   * @example
   * ```ts
   * import { createContainer, TOKENS } from 'gradclip/container';
   * import { allStrategies } from 'gradclip/strategies';
   *
   * const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
   * console.log(registry.create('global-norm', { maxNorm: 5 }).options);
   * console.log(registry.create({ id: 'per-value', options: { maxAbs: 5 } }).id);
   * ```
   */
  create(id: string, options?: StrategySpec['options']): ClippingStrategy;
  create(spec: StrategySpec): ClippingStrategy;
  create(given: string | StrategySpec, options: StrategySpec['options'] = {}): ClippingStrategy {
    return this.#create(toPlainData('registry.create', typeof given === 'string' ? { id: given, options } : given), 0);
  }

  #create(spec: unknown, depth: number): ClippingStrategy {
    if (depth > DEEPEST) throw new ClippingError('bad-spec', `A spec may nest ${DEEPEST} deep; this one goes deeper.`);
    const { id, options } = parseSpec(spec);
    const combinator = this.#combinators.get(id);
    if (combinator !== undefined) {
      return combinator.fromOptions(
        options,
        (inner) => this.#create(inner, depth + 1),
        (inner) => this.get(inner),
      );
    }
    return (this.get(id) as (options: unknown) => ClippingStrategy)(options);
  }

  #unknown(id: string): ClippingError {
    const known = [...this.ids(), ...this.#combinators.keys()];
    const meant = nearest(id, known);
    const advice = meant === undefined ? `There are ${known.join(', ') || 'none'}.` : `Did you mean \`${meant}\`?`;
    return new ClippingError('unknown-strategy', `No strategy ${formatValue(id)}. ${advice}`);
  }
}

function assertFactory(given: unknown): void {
  if (typeof given === 'function' && typeof (given as Partial<AnyStrategyFactory>).id === 'string') return;
  const advice =
    typeof (given as Partial<ClippingStrategy> | null | undefined)?.clip === 'function'
      ? ' That is a strategy already; give the function that makes it.'
      : '';
  throw new ClippingError(
    'bad-spec',
    `A registry takes strategy factories, as \`defineStrategy\` makes them; received ${formatValue(given)}.${advice}`,
  );
}
