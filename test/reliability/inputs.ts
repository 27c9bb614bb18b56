// Options and JSON specs, sound or nearly so: what a fuzzer must try to get past the first check.
import { type AnyStrategyFactory } from 'gradclip';
import { type Field } from 'gradclip/define';
import { allStrategies } from 'gradclip/strategies';
import fc from 'fast-check';
import { hostile, hostileName } from './hostile.ts';

/** A value that an option takes, or might. */
function valueOf(field: Field): fc.Arbitrary<unknown> {
  const known = [field.default, ...(field.choices ?? []), field.min ?? 0, field.max ?? 1, null];
  const random: Readonly<Record<Field['kind'], fc.Arbitrary<unknown>>> = {
    number: fc.oneof({ weight: 6, arbitrary: fc.double({ ...rangeOf(field), noNaN: true }) }, fc.double()),
    integer: fc.integer({ min: 0, max: 50 }),
    choice: fc.oneof(fc.double(), fc.string()),
    flag: fc.boolean(),
    names: fc.array(fc.constantFrom('lstm*', 'dense/**', 'constructor', '*a*a*a*')),
    integers: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 4 }),
    'numbers-by-name': fc.dictionary(fc.constantFrom('lstm', 'dense*', '__proto__', 'constructor', '**'), fc.double()),
  };
  return fc.oneof(fc.constantFrom(...known), random[field.kind]);
}

function rangeOf({ min = 0, max = 100 }: Field): { readonly min: number; readonly max: number } {
  return { min: Math.max(min, -100), max: Math.min(max, 100) };
}

/** Options as someone might give them to this factory: most are sound. */
export function optionsFor({ fields }: AnyStrategyFactory): fc.Arbitrary<unknown> {
  const sound = fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueOf(field)])), {
    requiredKeys: [],
  });
  return damaged(sound);
}

/** The same, with one thing wrong in a fifth of all cases; own names like `__proto__` stay own, as in parsed JSON. */
export function damaged<Value extends object>(sound: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  const names = (of: Value): string[] => Object.keys(of);
  return fc.oneof(
    { weight: 16, arbitrary: sound },
    {
      weight: 2,
      arbitrary: fc.tuple(sound, fc.nat(), hostile).map(([value, at, wrong]) => {
        const known = names(value);
        return known.length === 0 ? wrong : withOwn(value, known[at % known.length]!, wrong);
      }),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(sound, hostileName, hostile).map(([value, name, wrong]) => withOwn(value, name, wrong)),
    },
    { weight: 1, arbitrary: hostile },
  );
}

function withOwn(object: object, name: string, value: unknown): unknown {
  if (Array.isArray(object))
    return name === 'length'
      ? [...(object as unknown[]), value]
      : Object.assign([...(object as unknown[])], { [name]: value });
  return Object.defineProperty({ ...object }, name, { value, enumerable: true, configurable: true, writable: true });
}

const anyFactory = fc.constantFrom<AnyStrategyFactory>(...allStrategies);

/** A schedule, or nearly one. */
export const schedule: fc.Arbitrary<unknown> = damaged(
  fc.oneof(
    fc.record({ kind: fc.constant('constant'), value: fc.double() }),
    fc.record({
      kind: fc.constantFrom('linear', 'cosine', 'exponential'),
      from: fc.double({ min: -1, max: 10 }),
      to: fc.double({ min: 0, max: 10 }),
      steps: fc.integer({ min: 0, max: 100 }),
    }),
    fc.record({
      kind: fc.constantFrom('piecewise', 'step'),
      points: fc.array(fc.tuple(fc.nat(100), fc.double({ min: 0, max: 10 })), { maxLength: 4 }),
    }),
  ),
);

/** The name of an option of this factory, or of none. */
export function optionName({ fields }: AnyStrategyFactory): fc.Arbitrary<string> {
  const names = Object.keys(fields);
  return names.length === 0 ? hostileName : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, hostileName);
}

const match = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom<unknown>(
      'lstm*',
      'dense/*',
      '**',
      'lstm/kernel',
      ['lstm*', 'dense'],
      '*'.repeat(40) + 'x',
    ),
  },
  hostile,
);

/** One rule of a partition with this for its strategy. */
export function ruleOf(strategy: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return damaged(fc.record({ match, strategy, exclude: match }, { requiredKeys: ['match', 'strategy'] }));
}

const { node } = fc.letrec<{ node: unknown; leaf: unknown; chain: unknown; partition: unknown; scheduled: unknown }>(
  (tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: tie('leaf') },
      tie('chain'),
      tie('partition'),
      tie('scheduled'),
    ),
    leaf: anyFactory.chain((factory) =>
      damaged(fc.record({ id: fc.constant(factory.id), options: optionsFor(factory) }, { requiredKeys: ['id'] })),
    ),
    chain: damaged(
      fc.record({
        id: fc.constant('chain'),
        options: damaged(fc.record({ strategies: fc.array(tie('node'), { maxLength: 4 }) })),
      }),
    ),
    partition: damaged(
      fc.record({
        id: fc.constant('partition'),
        options: damaged(
          fc.record(
            { rules: fc.array(ruleOf(tie('node')), { maxLength: 3 }), default: tie('node') },
            { requiredKeys: ['rules'] },
          ),
        ),
      }),
    ),
    scheduled: anyFactory.chain((factory) =>
      damaged(
        fc.record({
          id: fc.constant('scheduled'),
          options: damaged(
            fc.record({
              strategy: damaged(fc.record({ id: fc.constant(factory.id), options: optionsFor(factory) })),
              option: optionName(factory),
              schedule,
            }),
          ),
        }),
      ),
    ),
  }),
);

/** A strategy in JSON, with combinators in it, or nearly one. */
export const spec: fc.Arbitrary<unknown> = node;
