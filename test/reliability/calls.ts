// Every door through which options and JSON come in, with what fast-check thinks of handing in.
import { inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {
  accumulated,
  AccumulatedOptimizer,
  chain,
  ClippedOptimizer,
  clipOptimizer,
  partition,
  scheduled,
  suggestThreshold,
  type AnyStrategyFactory,
} from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { none, allStrategies } from 'gradclip/strategies';
import fc from 'fast-check';
import { hostile, hostileName, made } from './hostile.ts';
import { damaged, optionName, optionsFor, ruleOf, schedule, spec } from './inputs.ts';

/** One call with what fast-check thought of. */
export interface Trial {
  /** The function that is called, or for the many factories of the shelf what they are. */
  readonly door: string;
  /** What to call it with, to be made by `made` first. */
  readonly given: readonly unknown[];
  run(this: void, ...given: readonly unknown[]): unknown;
}

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
const factories = fc.constantFrom<AnyStrategyFactory>(...allStrategies);

function called(
  call: string,
  given: fc.Arbitrary<readonly unknown[]>,
  run: (...given: never[]) => unknown,
): fc.Arbitrary<Trial> {
  return given.map((all) => {
    const shown = (): string =>
      `${call} of ${inspect(all.map(named), { depth: 4, maxArrayLength: 5, maxStringLength: 60 })}`;
    const door = allStrategies.some(({ id }) => id === call) ? 'factories of the shelf' : call;
    return Object.assign({ door, given: all, run: run as Trial['run'] }, { [fc.toStringMethod]: shown });
  });
}

/** A factory by its name, for the report. */
function named(value: unknown): unknown {
  return allStrategies.find((factory) => factory === value)?.id ?? value;
}

const aStrategy = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(...allStrategies).map((factory) => (factory as AnyStrategyFactory)() as unknown),
  },
  hostile,
);

const clipOptions = damaged(
  fc.record(
    {
      onNonFinite: fc.constantFrom('skip', 'zero', 'propagate', 'throw'),
      maxConsecutiveNonFinite: fc.constantFrom(1, 20, Infinity),
      warnings: fc.boolean(),
      window: fc.integer({ min: 0, max: 10 }),
      onStep: fc.constant(() => undefined),
    },
    { requiredKeys: [] },
  ),
);

const norm = fc.oneof({ weight: 30, arbitrary: fc.double({ min: 0, noNaN: true }) }, fc.double());

const norms = fc.oneof(
  fc.array(norm, { maxLength: 20 }),
  damaged(
    fc.record({
      steps: fc.nat(),
      normBefore: damaged(
        fc.record({ min: norm, p25: norm, median: norm, p75: norm, p90: norm, p99: norm, max: norm }),
      ),
    }),
  ),
);

/** The settings of a saved wrapper, its JSON text cut or overwritten somewhere in a third of all cases. */
const settings = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: spec }, hostile),
    damaged(
      fc.record(
        { onNonFinite: fc.constant('zero'), maxConsecutiveNonFinite: fc.constant('Infinity'), window: fc.nat(9) },
        { requiredKeys: [] },
      ),
    ),
    damaged(
      fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom('lstm/kernel', 'w_1') }, hostileName), {
        maxLength: 3,
      }),
    ),
    fc.option(fc.tuple(fc.nat(), fc.constantFrom('', '"', '}', '[', '0', '\\u005f', '__proto__')), { freq: 1 }),
  )
  .map(([strategy, options, order, damage]) => {
    const text = written({ strategy, options, order });
    if (damage === null) return text;
    const at = damage[0] % (text.length + 1);
    return text.slice(0, at) + damage[1] + (damage[1] === '' ? '' : text.slice(at + 1));
  });

/** As JSON, but for what would make more of it than any file holds. */
function written(value: unknown): string {
  let values = 0;
  try {
    return JSON.stringify(made(value), (_, one: unknown) => {
      values += 1;
      if (values > 10_000) throw new RangeError('too much to write');
      return one;
    });
  } catch {
    return 'not JSON';
  }
}

const wrapped = (clipping: fc.Arbitrary<unknown>, name: string): fc.Arbitrary<unknown> =>
  damaged(
    fc.record({
      innerClassName: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('SGD', 'Adam', 'RMSProp') },
        fc.constantFrom('Dense', 'ClippedOptimizer'),
        hostileName,
      ),
      innerConfig: damaged(fc.record({ learningRate: fc.double() })),
      [name]: clipping,
    }),
  );

/** A call of any of them. */
export const trials: fc.Arbitrary<Trial> = fc.oneof(
  {
    weight: 8,
    arbitrary: factories.chain((factory) =>
      called(factory.id, fc.tuple(optionsFor(factory)), (options) => factory(options)),
    ),
  },
  { weight: 8, arbitrary: called('registry.create(spec)', fc.tuple(spec), (given) => registry.create(given)) },
  {
    weight: 2,
    arbitrary: called(
      'registry.create(id, options)',
      fc.tuple(
        fc.oneof(fc.constantFrom<unknown>(...allStrategies.map(({ id: one }) => one)), hostile),
        damaged(fc.constant({})),
      ),
      (id, options) => registry.create(id, options),
    ),
  },
  { weight: 2, arbitrary: called('chain', fc.array(aStrategy, { maxLength: 4 }), (...given) => chain(...given)) },
  {
    weight: 3,
    arbitrary: called(
      'partition',
      fc.tuple(
        fc.oneof(
          { weight: 4, arbitrary: fc.array(ruleOf(aStrategy), { minLength: 1, maxLength: 2 }) },
          fc.dictionary(hostileName, hostile),
          hostile,
        ),
        fc.oneof(
          { weight: 4, arbitrary: damaged(fc.record({ default: aStrategy }, { requiredKeys: [] })) },
          fc.dictionary(hostileName, aStrategy),
        ),
      ),
      (rules, strategies) => partition(rules, strategies),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.oneof({ weight: 9, arbitrary: factories as fc.Arbitrary<unknown> }, hostile).chain((factory) => {
      const known = allStrategies.find((one) => one === factory) ?? none;
      const options = fc
        .tuple(
          optionsFor(known),
          optionName(known),
          fc.oneof(
            schedule,
            fc.constant(() => 1),
          ),
        )
        .map(([fixed, name, varying]) => {
          // Whatever is no object to begin with is given as it is.
          try {
            return { ...(fixed as object), [name]: varying };
          } catch {
            return fixed;
          }
        });
      return called('scheduled', fc.tuple(fc.constant(factory), fc.oneof(options, hostile)), (one, given) =>
        scheduled(one, given),
      );
    }),
  },
  {
    weight: 3,
    arbitrary: called('clipOptimizer(…, options)', fc.tuple(clipOptions), (options) =>
      clipOptimizer(tf.train.sgd(0.1), none(), options),
    ),
  },
  {
    weight: 1,
    arbitrary: called('clipOptimizer', fc.tuple(fc.boolean(), hostile), (isInner, given) =>
      isInner ? clipOptimizer(given, none()) : clipOptimizer(tf.train.sgd(0.1), given),
    ),
  },
  {
    weight: 1,
    arbitrary: called('accumulated', fc.tuple(damaged(fc.record({ steps: fc.nat(3) }))), (options) =>
      accumulated(tf.train.sgd(0.1), options),
    ),
  },
  {
    weight: 3,
    arbitrary: called(
      'suggestThreshold',
      fc.tuple(norms, damaged(fc.record({ percentile: fc.double({ min: 0, max: 100 }) }))),
      (given, options) => suggestThreshold(given, options),
    ),
  },
  {
    weight: 4,
    arbitrary: called('ClippedOptimizer.fromConfig', fc.tuple(wrapped(settings, 'clipping')), (config) =>
      ClippedOptimizer.fromConfig(ClippedOptimizer, config),
    ),
  },
  {
    weight: 1,
    arbitrary: called(
      'AccumulatedOptimizer.fromConfig',
      fc.tuple(wrapped(fc.constantFrom('{"steps":2,"order":["a"]}', '{"steps":2}', '{', 'null', '[]'), 'accumulation')),
      (config) => AccumulatedOptimizer.fromConfig(AccumulatedOptimizer, config),
    ),
  },
);
