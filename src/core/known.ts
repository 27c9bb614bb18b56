import type { ClippingStrategy } from './contract.ts';
import type { AnyStrategyFactory } from './define.ts';

/**
 * A strategy made of strategies, as a registry knows it: creates one from JSON.
 *
 * @category Combinators
 */
export interface Combinator {
  /** The id in JSON: `chain`. */
  readonly id: string;
  /**
   * Creates one from the options of a spec.
   *
   * `create` creates an inner strategy from its spec; `factoryOf` finds the factory of an id.
   */
  fromOptions(
    this: void,
    options: Readonly<Record<string, unknown>>,
    create: (spec: unknown) => ClippingStrategy,
    factoryOf: (id: string) => AnyStrategyFactory,
  ): ClippingStrategy;
}

/** What JSON can name by its id. */
export type Registrable = AnyStrategyFactory | Combinator;

// A model can be loaded in the process that saved it without further calls (decision 0005), so every factory and
// every combinator registers itself when it makes a strategy.
const known = new Map<string, Registrable>();

/** Makes factories and combinators known to `tf.loadLayersModel`; the latest of an id wins. */
export function register(...entries: readonly Registrable[]): void {
  for (const entry of entries) known.set(entry.id, entry);
}

/** Everything registered in this process so far. */
export function registered(): Iterable<Registrable> {
  return known.values();
}

/** The registered factory of an id. */
export function registeredFactory(id: string): AnyStrategyFactory | undefined {
  const entry = known.get(id);
  return entry === undefined || isCombinator(entry) ? undefined : entry;
}

/** Whether an entry is a combinator; the others are strategy factories. */
export function isCombinator(entry: Registrable): entry is Combinator {
  return 'fromOptions' in entry;
}
