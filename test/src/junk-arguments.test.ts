// Public functions answer random invalid arguments with a result or a ClippingError, never with an error of JavaScript or tfjs.
import * as tf from '@tensorflow/tfjs';
import {
  accumulated,
  AccumulatedOptimizer,
  chain,
  ClippedOptimizer,
  ClippingError,
  clipOptimizer,
  partition,
  scheduled,
  specOf,
  suggestThreshold,
  type AnyStrategyFactory,
  type ClippingStrategy,
  type StrategySpec,
} from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies, globalNorm, none } from 'gradclip/strategies';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/core/json.ts';

type Call = (...parameters: never[]) => unknown;

const MAX_MESSAGE_LENGTH = 1000;
const RUNS = { numRuns: 200, seed: 20_260 };

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
const factories: readonly AnyStrategyFactory[] = allStrategies;

const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'id', 'options', 'strategies', 'maxNorm'),
  fc.string(),
);
const junk = fc.oneof(
  fc.jsonValue(),
  fc.anything({ key, withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
  fc.constantFrom(NaN, Infinity, 1e39, 'x'.repeat(100_000), Symbol('junk'), () => undefined),
);

/** A valid object with one entry replaced or added. */
const withJunk = (valid: object, names: readonly string[]): fc.Arbitrary<unknown> =>
  fc.tuple(fc.oneof(fc.constantFrom('id', ...names), key), junk).map(([property, value]) =>
    // `defineProperty` keeps an own `__proto__`, as JSON.parse does.
    Object.defineProperty({ ...valid }, property, { value, enumerable: true }),
  );

const strategyOrJunk = fc.oneof(
  fc.constantFrom(...factories).map((factory): unknown => factory()),
  junk,
);

const spec = fc.letrec<{ spec: unknown }>((tie) => ({
  spec: fc.oneof(
    { maxDepth: 3 },
    fc
      .constantFrom(...factories)
      .chain(({ id, fields }) => withJunk({}, Object.keys(fields)).map((options): unknown => ({ id, options }))),
    fc.array(tie('spec'), { maxLength: 3 }).map((strategies) => ({ id: 'chain', options: { strategies } })),
    tie('spec').map((strategy) => ({ id: 'partition', options: { rules: [{ match: 'lstm*', strategy }] } })),
    withJunk({ id: 'global-norm', options: {} }, ['options']),
    junk,
  ),
})).spec;

const config = (name: string): fc.Arbitrary<unknown> =>
  fc.record({
    innerClassName: fc.constantFrom<unknown>('SGD', 'Dense', 'constructor', 7),
    innerConfig: junk,
    [name]: fc.oneof(
      spec.map((strategy) => textOf({ strategy, options: {}, order: [] })),
      fc.json(),
    ),
  });

const calls: readonly (readonly [string, fc.Arbitrary<readonly unknown[]>, Call])[] = [
  ...factories.map(
    (factory) => [factory.id, fc.tuple(withJunk({}, Object.keys(factory.fields))), factory as Call] as const,
  ),
  ['globalNorm', fc.tuple(junk), globalNorm as Call],
  ['chain', fc.array(strategyOrJunk, { maxLength: 4 }), chain as Call],
  [
    'partition',
    fc.tuple(
      fc.oneof(fc.array(fc.record({ match: junk, strategy: strategyOrJunk }), { maxLength: 2 }), junk),
      fc.oneof(fc.record({ default: strategyOrJunk }), junk),
    ),
    partition as Call,
  ],
  ['scheduled', fc.tuple(fc.oneof(fc.constant(globalNorm), junk), fc.record({ maxNorm: junk })), scheduled as Call],
  ['clipOptimizer', fc.tuple(junk, junk), clipOptimizer as Call],
  [
    'clipOptimizer with options',
    fc.tuple(withJunk({}, ['onNonFinite', 'maxConsecutiveNonFinite', 'warnings', 'window'])),
    (options: never) => clipOptimizer(tf.train.sgd(0.1), none(), options),
  ],
  ['accumulated', fc.tuple(junk), (options: never) => accumulated(tf.train.sgd(0.1), options)],
  [
    'suggestThreshold',
    fc.tuple(fc.oneof(fc.array(fc.double()), junk), fc.oneof(fc.record({ percentile: junk }), junk)),
    suggestThreshold as Call,
  ],
  ['registry.create', fc.tuple(spec), (invalid: never) => registry.create(invalid)],
  ['registry.create with options', fc.tuple(key, junk), (id: never, options: never) => registry.create(id, options)],
  [
    'ClippedOptimizer.fromConfig',
    fc.tuple(config('clipping')),
    (invalid: never) => ClippedOptimizer.fromConfig(ClippedOptimizer, invalid),
  ],
  [
    'AccumulatedOptimizer.fromConfig',
    fc.tuple(config('accumulation')),
    (invalid: never) => AccumulatedOptimizer.fromConfig(AccumulatedOptimizer, invalid),
  ],
];

describe('a call with invalid arguments', () => {
  it.each(calls)('to %s returns a result or throws a ClippingError with a short message', (_, parameters, call) => {
    fc.assert(
      fc.property(parameters, (invalid) => {
        const before = prototypes();
        const result = resultOf(() => call(...(invalid as never[])));
        expect(prototypes()).toBe(before);
        if (isStrategy(result)) expectRoundTrip(result);
        (result as Partial<tf.Optimizer> | undefined)?.dispose?.();
      }),
      RUNS,
    );
  });
});

/** The result of a call, or undefined if it throws a ClippingError. */
function resultOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof ClippingError)) throw error;
    expect(error.message.length).toBeLessThan(MAX_MESSAGE_LENGTH);
    return undefined;
  }
}

function isStrategy(value: unknown): value is ClippingStrategy {
  return typeof (value as Partial<ClippingStrategy> | undefined)?.clip === 'function';
}

/** A strategy that can be written to JSON is read back the same. */
function expectRoundTrip(strategy: ClippingStrategy): void {
  const text = resultOf(() => toJson(specOf(strategy))) as string | undefined;
  if (text === undefined) return;
  const again = registry.create(JSON.parse(text) as StrategySpec);
  expect(toJson(specOf(again))).toBe(text);
}

/** JSON, or the empty text for a value that JSON cannot represent. */
function textOf(value: unknown): string {
  try {
    return toJson(value);
  } catch {
    return '';
  }
}

function prototypes(): string {
  const names = [Object, Array, Function, String].map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join());
  return names.join(';');
}
