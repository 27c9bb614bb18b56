import type { ClippingStrategy } from './contract.ts';
import type { AnyStrategyFactory } from './define.ts';
import { shared } from './shared.ts';

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

/**
 * An object that creates strategies of one id, such as an injectable class.
 *
 * @category Registry
 */
export interface StrategyCreator {
  /** The id in JSON. */
  readonly id: string;
  /** Creates a strategy from the options of a spec. */
  create(options: Readonly<Record<string, unknown>>): ClippingStrategy;
}

/**
 * Everything that JSON can name by its id: a factory, an object that creates strategies, one strategy as it is, or a
 * combinator.
 *
 * @category Registry
 */
export type Registrable = AnyStrategyFactory | StrategyCreator | ClippingStrategy | Combinator;

// A model can be loaded in the process that saved it without further calls (decision 0005), so every factory and
// every combinator registers itself when it makes a strategy.
const known = (): Map<string, Registrable> => shared('known', () => new Map<string, Registrable>());

// Ids under which different entries were registered.
const ambiguous = (): Set<string> => shared('ambiguous', () => new Set<string>());

/** Makes entries known to `tf.loadLayersModel`. */
export function register(...entries: readonly Registrable[]): void {
  for (const entry of entries) {
    const existing = known().get(entry.id);
    // The builds of this package each have their own combinators.
    const areCombinators = existing !== undefined && isCombinator(existing) && isCombinator(entry);
    if (existing !== undefined && !areCombinators && !isSameEntry(existing, entry)) ambiguous().add(entry.id);
    known().set(entry.id, entry);
  }
}

/** The ids under which this process has registered different entries. */
export function ambiguousIds(): Iterable<string> {
  return ambiguous();
}

/**
 * Whether two entries are the same strategy, which both builds of this package declare in one process, or which a reload
 * declares again.
 */
export function isSameEntry(one: Registrable, other: Registrable): boolean {
  return one === other || declarationOf(one) === declarationOf(other);
}

// The code of a factory differs between builds, so its declaration counts. Other entries have no declaration.
function declarationOf(entry: Registrable): string {
  if (isFactory(entry)) return JSON.stringify({ ...entry });
  const withCode = (_: string, value: unknown): unknown => (typeof value === 'function' ? String(value) : value);
  return JSON.stringify([String(entry.constructor), entry], withCode);
}

/** Everything registered in this process so far, by id. */
export function registered(): ReadonlyMap<string, Registrable> {
  return known();
}

/** The registered factory of an id. */
export function registeredFactory(id: string): AnyStrategyFactory | undefined {
  const entry = known().get(id);
  return entry !== undefined && isFactory(entry) ? entry : undefined;
}

/** Whether an entry is a factory made by `defineStrategy`. */
export function isFactory(entry: Registrable): entry is AnyStrategyFactory {
  return typeof entry === 'function';
}

/** Whether an entry is a combinator. */
export function isCombinator(entry: Registrable): entry is Combinator {
  return 'fromOptions' in entry;
}

/** Whether an entry creates strategies by a method. */
export function isCreator(entry: Registrable): entry is StrategyCreator {
  return 'create' in entry && typeof entry.create === 'function';
}
