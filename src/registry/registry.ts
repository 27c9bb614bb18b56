import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import type { AnyStrategyFactory } from '../core/define.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import { isCombinator, isCreator, isFactory, isSameEntry, type Registrable } from '../core/known.ts';
import { toPlainData } from '../core/plain.ts';
import { nearest } from '../core/suggest.ts';
import { parseSpec } from './spec.ts';

// Combinators nest; without a limit a malicious spec could exhaust the stack.
const MAX_DEPTH = 32;

/**
 * Finds strategies by id and creates them from JSON.
 *
 * @category Registry
 */
export class StrategyRegistry {
  readonly #entries = new Map<string, Registrable>();

  /**
   * Creates a registry of strategy factories, strategies and combinators.
   *
   * @throws ClippingError `bad-spec` for any other entry, `duplicate-id` for two different entries with the same id.
   */
  constructor(entries: Iterable<Registrable>) {
    for (const entry of entries) {
      assertRegistrable(entry);
      const { id } = entry;
      const existing = this.#entries.get(id);
      if (existing !== undefined && !isSameEntry(existing, entry)) {
        const kind = isCombinator(existing) ? 'a combinator' : 'another strategy';
        throw new ClippingError('duplicate-id', `The id \`${id}\` belongs to ${kind} already; choose another id.`);
      }
      this.#entries.set(id, entry);
    }
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
    const entry = this.#entries.get(id);
    if (entry === undefined) throw this.#unknown(id);
    if (isFactory(entry)) return entry;
    const kind = isCombinator(entry) ? 'a combinator' : isCreator(entry) ? 'created by a class' : 'one fixed strategy';
    throw new ClippingError(
      'unknown-strategy',
      `\`${id}\` is ${kind} and has no factory; create it with \`create({ id: "${id}", options })\`.`,
    );
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
    return this.#create(toPlainData('registry.create', spec), 0);
  }

  #create(spec: unknown, depth: number): ClippingStrategy {
    if (depth > MAX_DEPTH) {
      throw new ClippingError('bad-spec', `A strategy spec may nest ${MAX_DEPTH} levels deep; this one nests deeper.`);
    }
    const { id, options } = parseSpec(spec);
    const entry = this.#entries.get(id);
    if (entry === undefined) throw this.#unknown(id);
    if (isFactory(entry)) return (entry as (options: unknown) => ClippingStrategy)(options);
    if (isCombinator(entry)) {
      return entry.fromOptions(
        options,
        (inner) => this.#create(inner, depth + 1),
        (inner) => this.get(inner),
      );
    }
    if (isCreator(entry)) return entry.create(options);
    assertSameOptions(entry, options);
    return entry;
  }

  #unknown(id: string): ClippingError {
    const [strategies, combinators] = [this.ids(), this.entries().filter(isCombinator)];
    const ids = [...strategies, ...combinators.map((combinator) => combinator.id)];
    const closest = nearest(id, ids);
    const hint = closest === undefined ? `Known ids: ${ids.join(', ') || 'none'}.` : `Did you mean \`${closest}\`?`;
    return new ClippingError('unknown-strategy', `There is no strategy ${formatValue(id)}. ${hint}`);
  }
}

// A strategy bound as it is cannot be created with other options; a spec may repeat its own.
function assertSameOptions(strategy: ClippingStrategy, options: Readonly<Record<string, unknown>>): void {
  const isSame = Object.entries(options).every(([name, value]) => toJson(value) === toJson(strategy.options[name]));
  if (isSame) return;
  throw new ClippingError(
    'bad-option',
    `\`${strategy.id}\` is one fixed strategy with the options ${formatValue(strategy.options)}; ` +
      `received ${formatValue(options)}. Bind a factory to create it with other options.`,
  );
}

function assertRegistrable(value: unknown): asserts value is Registrable {
  const { id, clip, init, create, fromOptions } = Object(value) as Record<string, unknown>;
  const isStrategy = typeof clip === 'function' && typeof init === 'function';
  const creates = [value, create, fromOptions].some((one) => typeof one === 'function');
  if (typeof id === 'string' && (creates || isStrategy)) return;
  throw new ClippingError(
    'bad-spec',
    'A registry takes strategy factories made by `defineStrategy`, strategies and combinators, each with an `id`; ' +
      `received ${formatValue(value)}.`,
  );
}
