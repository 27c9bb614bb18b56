import { ClippingError, inBackticks, formatValue } from '../core/errors.ts';
import { isPlainObject, rejectUnreadable } from '../core/plain.ts';
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
export function register(combinator: Combinator): void {
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
export function assertStrategy(call: string, given: unknown): asserts given is ClippingStrategy {
  rejectUnreadable(call, () => {
    const strategy = given as Partial<ClippingStrategy> | null | undefined;
    if (typeof strategy?.clip === 'function' && typeof strategy.init === 'function') return;
    const advice =
      typeof given === 'function'
        ? ' Call the factory first, as in `globalNorm({ maxNorm: 1 })`.'
        : typeof (strategy as { id?: unknown } | null | undefined)?.id === 'string'
          ? ' A spec becomes a strategy with `registry.create(spec)`.'
          : '';
    throw new ClippingError('bad-spec', `\`${call}\` takes strategies; received ${formatValue(given)}.${advice}`);
  });
}

/** A strategy in JSON, looked at: what its id stands for is for a registry to say. */
export function parseSpec(given: unknown): Required<StrategySpec> {
  const spec = given as Partial<StrategySpec>;
  if (!isPlainObject(given) || typeof spec.id !== 'string') {
    const form = '{ "id": "global-norm", "options": { "maxNorm": 1 } }';
    throw new ClippingError('bad-spec', `A strategy in JSON is ${form}; received ${formatValue(given)}.`);
  }
  for (const name of Object.keys(spec)) {
    if (name === 'id' || name === 'options') continue;
    throw new ClippingError(
      'bad-spec',
      `A strategy in JSON has \`id\` and \`options\`; received ${inBackticks(name)} beside them.`,
    );
  }
  const { id, options = {} } = spec;
  if (!isPlainObject(options)) {
    throw new ClippingError(
      'bad-spec',
      `The options of ${inBackticks(id)} must be an object; received ${formatValue(options)}.`,
    );
  }
  return { id, options };
}
