import { ClippingError, shown } from '../core/errors.ts';
import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import type { AnyStrategyFactory } from '../core/define.ts';

/**
 * A strategy made of strategies, as the registry knows it: how to make one from JSON.
 *
 * @category Combinators
 */
export interface Combinator {
  /** The id in JSON: `chain`. */
  readonly id: string;
  /** Makes one from the options of a spec; `create` makes the strategies inside, `factoryOf` finds what makes them. */
  fromOptions(
    this: void,
    options: Readonly<Record<string, unknown>>,
    create: (spec: unknown) => ClippingStrategy,
    factoryOf: (id: string) => AnyStrategyFactory,
  ): ClippingStrategy;
}

// Like the factories in use, so that what was made in a process can be loaded in it: decision 0005.
const used = new Map<string, Combinator>();

/** Notes that this process has made a strategy by this combinator. */
export function noteUse(combinator: Combinator): void {
  used.set(combinator.id, combinator);
}

/** The combinators that this process has made strategies by. */
export function combinatorsInUse(): Iterable<Combinator> {
  return used.values();
}

/**
 * The JSON form of a strategy: `{ id, options }`.
 *
 * @category Combinators
 */
export function specOf({ id, options }: ClippingStrategy): StrategySpec {
  return { id, options };
}

/** Refuses what is no strategy before it is combined. */
export function expectStrategy(call: string, given: unknown): asserts given is ClippingStrategy {
  const strategy = given as Partial<ClippingStrategy> | null | undefined;
  if (typeof strategy?.clip === 'function' && typeof strategy.init === 'function') return;
  const advice =
    typeof given === 'function'
      ? ' Call the factory first, as in `globalNorm({ maxNorm: 1 })`.'
      : typeof (strategy as { id?: unknown } | null | undefined)?.id === 'string'
        ? ' A spec becomes a strategy with `registry.create(spec)`.'
        : '';
  throw new ClippingError('bad-spec', `\`${call}\` takes strategies; received ${shown(given)}.${advice}`);
}

/** The options of a combinator's spec, with none but the known names. */
export function expectOptions(id: string, options: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const list = known.map((one) => `\`${one}\``).join(', ');
    throw new ClippingError('unknown-option', `\`${id}\` has no option \`${name}\`; it has ${list}.`);
  }
}
