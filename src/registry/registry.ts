import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import type { AnyStrategyFactory } from '../core/define.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { isCombinator, type Registrable } from '../core/known.ts';
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
   * Creates a registry of strategy factories and combinators.
   *
   * @throws ClippingError `bad-spec` for an entry that is neither, `duplicate-id` for two entries with the same id.
   */
  constructor(entries: Iterable<Registrable>) {
    for (const entry of entries) {
      assertRegistrable(entry);
      const { id } = entry;
      const existing = this.#entries.get(id);
      if (existing !== undefined && existing !== entry) {
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

  /** The factories and combinators, in the order registered. */
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
    if (!isCombinator(entry)) return entry;
    throw new ClippingError(
      'unknown-strategy',
      `\`${id}\` is a combinator and has no factory; create one with \`create({ id: "${id}", options })\`.`,
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
   * console.log(registry.create('global-norm', { maxNorm: 5 }).options);
   * console.log(registry.create({ id: 'per-value', options: { maxAbs: 5 } }).id);
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
    if (!isCombinator(entry)) return (entry as (options: unknown) => ClippingStrategy)(options);
    return entry.fromOptions(
      options,
      (inner) => this.#create(inner, depth + 1),
      (inner) => this.get(inner),
    );
  }

  #unknown(id: string): ClippingError {
    const [strategies, combinators] = [this.ids(), this.entries().filter(isCombinator)];
    const ids = [...strategies, ...combinators.map((combinator) => combinator.id)];
    const closest = nearest(id, ids);
    const hint = closest === undefined ? `Known ids: ${ids.join(', ') || 'none'}.` : `Did you mean \`${closest}\`?`;
    return new ClippingError('unknown-strategy', `There is no strategy ${formatValue(id)}. ${hint}`);
  }
}

function assertRegistrable(value: unknown): asserts value is Registrable {
  const entry = Object(value) as Partial<AnyStrategyFactory> & { readonly fromOptions?: unknown };
  if (typeof entry.id === 'string' && (typeof value === 'function' || typeof entry.fromOptions === 'function')) return;
  const isStrategy = typeof (entry as { clip?: unknown }).clip === 'function';
  const hint = isStrategy ? ' This is already a strategy; register its factory instead.' : '';
  throw new ClippingError(
    'bad-spec',
    `A registry takes strategy factories made by \`defineStrategy\`; received ${formatValue(value)}.${hint}`,
  );
}
