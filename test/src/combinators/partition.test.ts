import * as tf from '@tensorflow/tfjs';
import { chain, ClippingError, clipOptimizer, partition, type NamedTensors, type StrategySpec } from 'gradclip';
import { defineStrategy } from 'gradclip/define';
import { adaptivePercentile, globalNorm, none, perValue } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { clipped, describeCombinator, fromSpec, onEachBackend, tensors } from './fixture.ts';

// lstm: ‖(3, 4)‖ = 5 and ‖(0, 12)‖ = 12, together 13; dense: ‖(6, 8)‖ = 10.
const GRADIENTS = { 'lstm/kernel': [3, 4], 'lstm/bias': [0, 12], 'dense/kernel': [6, 8] };

function expectClose(given: Record<string, number[]> | undefined, expected: Record<string, number[]>): void {
  expect(Object.keys(given ?? {})).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    values.forEach((value, index) => {
      expect(given?.[name]?.[index], `${name}[${index}]`).toBeCloseTo(value, 5);
    });
  }
}

describeCombinator('partition', () =>
  partition([
    { match: '*/bias', strategy: perValue({ maxAbs: 0.01 }) },
    { match: '**', strategy: adaptivePercentile({ percentile: 50, window: 8, scope: 'variable' }) },
  ]),
);

onEachBackend(() => {
  describe('partition', () => {
    it('clips each group by its own norm', () => {
      const strategy = partition([{ match: 'lstm', strategy: globalNorm({ maxNorm: 6.5 }) }], {
        default: globalNorm({ maxNorm: 1 }),
      });
      expectClose(clipped(strategy, [GRADIENTS])[0], {
        'lstm/kernel': [1.5, 2],
        'lstm/bias': [0, 6],
        'dense/kernel': [0.6, 0.8],
      });
    });

    it('applies the first matching rule and passes all other variables bit-identical', () => {
      const strategy = partition([
        { match: '*/bias', strategy: perValue({ maxAbs: 1 }) },
        { match: ['lstm*', 'gru*'], strategy: perValue({ maxAbs: 2 }) },
      ]);
      const gradients = tensors(GRADIENTS);
      const result = strategy.clip(gradients, {}, { step: 0, parameters: gradients });
      expect([...(result.gradients['lstm/bias'] as tf.Tensor).dataSync()]).toEqual([0, 1]);
      expect([...(result.gradients['lstm/kernel'] as tf.Tensor).dataSync()]).toEqual([2, 2]);
      expect(result.gradients['dense/kernel']).toBe(gradients['dense/kernel']);
      expect(Object.keys(result.gradients)).toEqual(Object.keys(GRADIENTS));
    });

    it('offers excluded variables to the next rule', () => {
      const strategy = partition([{ match: '**', exclude: ['*/bias', 'dense'], strategy: perValue({ maxAbs: 1 }) }]);
      expect(clipped(strategy, [GRADIENTS])[0]).toEqual({ ...GRADIENTS, 'lstm/kernel': [1, 1] });
    });

    it.each([
      [
        'a function',
        partition((name) => (name.startsWith('lstm') ? 'loop' : 'head'), {
          loop: perValue({ maxAbs: 1 }),
          head: perValue({ maxAbs: 2 }),
        }),
      ],
      [
        'predicates',
        partition([
          { match: (name) => name.startsWith('lstm'), strategy: perValue({ maxAbs: 1 }) },
          { match: 'dense/kernel', strategy: perValue({ maxAbs: 2 }) },
        ]),
      ],
      [
        'a function with a default',
        partition((name) => (name.startsWith('lstm') ? 'loop' : undefined), {
          loop: perValue({ maxAbs: 1 }),
          default: perValue({ maxAbs: 2 }),
        }),
      ],
      [
        'a function that names the default',
        partition((name) => (name.startsWith('lstm') ? 'loop' : 'default'), {
          loop: perValue({ maxAbs: 1 }),
          default: perValue({ maxAbs: 2 }),
        }),
      ],
    ])('groups variables by %s', (_, strategy) => {
      expect(clipped(strategy, [GRADIENTS])[0]).toEqual({
        'lstm/kernel': [1, 1],
        'lstm/bias': [0, 1],
        'dense/kernel': [2, 2],
      });
    });

    it('does not run a strategy in a step in which its variables have no gradient', () => {
      // A norm of 0 for the absent group would lower its median from 4 to 2.
      const median = adaptivePercentile({ percentile: 50, window: 10 });
      const strategy = partition([{ match: 'lstm', strategy: median }]);
      const steps = [{ 'lstm/kernel': [4], w: [1] }, { w: [1] }, { 'lstm/kernel': [8], w: [1] }];
      expectClose(clipped(strategy, steps)[2], { 'lstm/kernel': [6], w: [1] });
    });

    it('passes each strategy only the parameters of its group', () => {
      const seen: string[][] = [];
      const spy = defineStrategy({
        id: 'spy',
        title: 'Spy',
        laws: { direction: 'global', idempotent: true },
        fields: {},
        init: (_, parameters): NamedTensors => {
          seen.push(Object.keys(parameters));
          return {};
        },
        clip: (_, gradients, state, { parameters }) => {
          seen.push(Object.keys(parameters));
          return { gradients, state };
        },
      });
      clipped(partition([{ match: 'lstm', strategy: spy() }]), [GRADIENTS]);
      expect(seen).toEqual([
        ['lstm/kernel', 'lstm/bias'],
        ['lstm/kernel', 'lstm/bias'],
      ]);
    });

    it('matches a variable that tfjs numbered by its original name', () => {
      const strategy = partition([{ match: 'lstm/kernel', strategy: perValue({ maxAbs: 1 }) }]);
      expect(clipped(strategy, [{ 'lstm/kernel_1': [5], w: [5] }])[0]).toEqual({ 'lstm/kernel_1': [1], w: [5] });
    });

    it('skips the step when one of its strategies does', () => {
      const spike = defineStrategy({
        id: 'always-skip',
        title: 'Always skip',
        laws: { direction: 'global', idempotent: true },
        fields: {},
        init: () => ({}),
        clip: (_, gradients, state) => ({ gradients, state, skip: tf.scalar(1) }),
      });
      const w = tf.variable(tf.tensor1d([1]), true, 'w');
      const v = tf.variable(tf.tensor1d([1]), true, 'v');
      const optimizer = clipOptimizer(tf.train.sgd(1), partition([{ match: 'w', strategy: spike() }]));
      optimizer.applyGradients({ w: tf.tensor1d([1]), v: tf.tensor1d([1]) });
      expect([w.dataSync()[0], v.dataSync()[0]]).toEqual([1, 1]);
    });
  });
});

describe('partition in JSON', () => {
  it('has the documented form', () => {
    const spec = {
      id: 'partition',
      options: {
        rules: [
          { match: 'lstm*/*', exclude: '*/bias', strategy: { id: 'global-norm', options: { maxNorm: 2, ord: 2 } } },
          { match: ['dense', 'gru'], strategy: { id: 'none', options: {} } },
        ],
        default: { id: 'none', options: {} },
      },
    };
    const strategy = fromSpec(spec);
    expect({ id: strategy.id, options: strategy.options }).toEqual(spec);
    expect(
      partition(
        [
          { match: 'lstm*/*', exclude: '*/bias', strategy: globalNorm({ maxNorm: 2 }) },
          { match: ['dense', 'gru'], strategy: none() },
        ],
        { default: none() },
      ).options,
    ).toEqual(spec.options);
  });

  it.each<[options: object, message: string, code?: ClippingError['code']]>([
    [{}, '`partition({ rules })` must be a list of { "match": "lstm*", "strategy": spec }; received undefined.'],
    [
      { rules: [] },
      '`partition(rules)` must be a list of at least one rule, or a function from names to labels; received [].',
    ],
    [
      { rules: [{ match: 'a', strategy: { id: 'none' } }], fallback: 1 },
      '`partition` has no option `fallback`; it has `rules`, `default`.',
      'unknown-option',
    ],
    [
      { rules: [{ macth: 'a', strategy: { id: 'none' } }] },
      '`partition({ rules })` has no option `macth`; it has `match`, `exclude`, `strategy`.',
      'unknown-option',
    ],
    [
      { rules: [{ strategy: { id: 'none' } }] },
      "`partition(rules)[0].match` must be a name, a glob such as 'lstm*', a predicate, or a list of these; received undefined.",
    ],
    [
      { rules: [{ match: [], strategy: { id: 'none' } }] },
      "`partition(rules)[0].match` must be a name, a glob such as 'lstm*', a predicate, or a list of these; received [].",
    ],
    [
      { rules: [{ match: ['lstm', ''], strategy: { id: 'none' } }] },
      '`partition(rules)[0].match` must be a name, a glob such as \'lstm*\', a predicate, or a list of these; received ["lstm",""].',
    ],
    [
      { rules: [null] },
      'A strategy spec must have the form { "id": "global-norm", "options": { "maxNorm": 1 } }; received undefined.',
      'bad-spec',
    ],
  ])('refuses %j', (options, message, code = 'bad-option') => {
    expect(() => fromSpec({ id: 'partition', options } as StrategySpec)).toThrow(new ClippingError(code, message));
  });
});

describe('partition refuses', () => {
  const one = globalNorm();
  const onVariables = (strategy: ReturnType<typeof partition>) => (): unknown => clipped(strategy, [GRADIENTS]);

  it('a rule that matches no variable, and lists the variables', () => {
    expect(onVariables(partition([{ match: 'gru*', strategy: one }]))).toThrow(
      new ClippingError(
        'bad-option',
        '`partition`: the rule for `gru*` matches no variable; the variables are lstm/kernel, lstm/bias, dense/kernel.',
      ),
    );
  });

  it('a rule whose variables all follow an earlier rule', () => {
    const strategy = partition([
      { match: 'lstm*', strategy: one },
      { match: ['*/bias', (name) => name === 'x'], exclude: 'dense', strategy: one },
    ]);
    expect(onVariables(strategy)).toThrow(
      new ClippingError(
        'bad-option',
        '`partition`: the rule for `*/bias` or a predicate except `dense` takes no variable: an earlier rule takes lstm/bias.',
      ),
    );
  });

  it('a label without a strategy', () => {
    const label = (name: string): string => (name.startsWith('lstm') ? 'recurent' : 'rest');
    expect(onVariables(partition(label, { recurrent: one, rest: one }))).toThrow(
      new ClippingError(
        'bad-option',
        '`partition(labelOf, strategies)` has no strategy `recurent`, the label of `lstm/kernel`. Did you mean `recurrent`?',
      ),
    );
  });

  it('a label like none of the strategies, and lists their labels', () => {
    expect(onVariables(partition(() => 'other' as string, { recurrent: one, dense: one }))).toThrow(
      new ClippingError(
        'bad-option',
        '`partition(labelOf, strategies)` has no strategy `other`, the label of `lstm/kernel`. The labels are recurrent, dense.',
      ),
    );
  });

  it.each([null, 'global-norm', [one], {}])(
    'a function with strategies that are empty or not an object: %j',
    (strategies) => {
      expect(() => partition(() => 'all', strategies as never)).toThrow(
        new ClippingError(
          'bad-option',
          `\`partition(…, strategies)\` must be an object of at least one strategy; received ${JSON.stringify(strategies)}.`,
        ),
      );
    },
  );

  it('a function without strategies, but not one with only a default', () => {
    const partitionAny = partition as (labelOf: () => undefined, strategies?: object) => unknown;
    expect(() => partitionAny(() => undefined)).toThrow('must be an object of at least one strategy; received {}.');
    expect(() => partitionAny(() => undefined, { default: one })).not.toThrow();
  });

  it('a strategy beside the rules that is not the default', () => {
    expect(() => partition([{ match: 'lstm*', strategy: one }], { head: one } as object)).toThrow(
      new ClippingError('unknown-option', '`partition(rules, others)` has no option `head`; it has `default`.'),
    );
  });

  it('a factory instead of a strategy, and says to call it', () => {
    expect(() => partition(() => 'all', { all: globalNorm as never })).toThrow(
      new ClippingError(
        'bad-spec',
        '`partition(…, strategies)` takes a strategy; received a function. Call the factory first, as in `globalNorm({ maxNorm: 1 })`.',
      ),
    );
    expect(() => partition([{ match: 'a', strategy: globalNorm as never }])).toThrow(
      new ClippingError(
        'bad-spec',
        '`partition(rules)[0].strategy` takes a strategy; received a function. Call the factory first, as in `globalNorm({ maxNorm: 1 })`.',
      ),
    );
  });

  it('to be saved with a predicate or a function', () => {
    const byPredicate = chain(partition([{ match: (name) => name === 'w', strategy: one }]));
    const labelOf = (): 'all' => 'all';
    const byFunction = partition(labelOf, { all: one });
    expect({ ...byFunction.options }).toEqual({ labelOf, strategies: { all: { id: one.id, options: one.options } } });
    const saving = (strategy: ReturnType<typeof partition>) => (): unknown =>
      clipOptimizer(tf.train.sgd(1), strategy).getConfig();
    const byExcluded = partition([{ match: '**', exclude: (name) => name === 'w', strategy: one }]);
    expect(saving(byExcluded)).toThrow('A `partition` with a predicate cannot be saved');
    expect(saving(byPredicate)).toThrow('A `partition` with a predicate cannot be saved; use globs instead.');
    expect(saving(byFunction)).toThrow('A `partition` with a function cannot be saved; use rules with globs instead.');
    expect(saving(byFunction)).toThrow(expect.objectContaining({ code: 'not-serializable' }) as Error);
  });
});
