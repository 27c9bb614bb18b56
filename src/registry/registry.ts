import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import type { AnyStrategyFactory } from '../core/define.ts';
import { isCombinator, type Registrable } from '../core/known.ts';
import { createStrategy, factoryOf } from './create.ts';
import { parseEntries } from './parse-entries.ts';

/**
 * Finds strategies by id and creates them from JSON.
 *
 * @category Registry
 */
export class StrategyRegistry {
  readonly #entries: ReadonlyMap<string, Registrable>;

  /**
   * Creates a registry of strategy factories, strategies and combinators.
   *
   * @throws ClippingError `bad-spec` for any other entry, `duplicate-id` for two different entries with the same id.
   */
  constructor(entries: Iterable<Registrable>) {
    this.#entries = parseEntries(entries);
  }

  /** The ids of the strategies, in the order registered; combinators are not included. */
  ids(): string[] {
    return [...this.#entries.values()].filter((entry) => !isCombinator(entry)).map(({ id }) => id);
  }

  /** All entries, in the order registered. */
  entries(): Registrable[] {
    return [...this.#entries.values()];
  }

  /**
   * Returns the factory of an id.
   *
   * @throws ClippingError `unknown-strategy`, with the closest id.
   */
  get(id: string): AnyStrategyFactory {
    return factoryOf(this.#entries, id);
  }

  /**
   * Creates a strategy from its id and options, or from JSON, in which combinators may nest.
   *
   * @throws ClippingError `bad-spec` for a malformed spec, `unknown-strategy`, `unknown-option` or `bad-option`.
   *
   * @example
   * ```ts
   * import { createContainer, TOKENS } from 'gradclip/container';
   * import { allStrategies } from 'gradclip/strategies';
   *
   * const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
   * const strategy = registry.create({ id: 'global-norm', options: { maxNorm: 5 } });
   * console.log(strategy.options);
   * ```
   */
  create(id: string, options?: StrategySpec['options']): ClippingStrategy;
  create(spec: StrategySpec): ClippingStrategy;
  create(idOrSpec: string | StrategySpec, options: StrategySpec['options'] = {}): ClippingStrategy {
    const spec = typeof idOrSpec === 'string' ? { id: idOrSpec, options } : idOrSpec;
    return createStrategy(this.#entries, spec);
  }
}
