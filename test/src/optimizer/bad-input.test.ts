// Mistakes are named when they are made, with what was called, what the rule is, and what came instead.
import * as tf from '@tensorflow/tfjs';
import {
  chain,
  clipOptimizer,
  type Clipped,
  type ClipOptions,
  type ClippingStrategy,
  type NamedTensors,
} from 'gradclip';
import { globalNorm, none, perValue } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { expectError, variables } from '../../support/fixtures.ts';

const wrap = (inner: unknown, strategy: unknown, options?: unknown): unknown =>
  clipOptimizer(inner as tf.Optimizer, strategy as ClippingStrategy, options as ClipOptions);

const PASS_ONE = ' Pass one from `gradclip/strategies`, such as `globalNorm({ maxNorm: 1 })`.';

describe('clipOptimizer', () => {
  it.each([
    [null, 'null.'],
    [undefined, 'undefined.'],
    [{}, '{}.'],
    ['adam', '"adam".'],
    [7, '7.'],
    [(rate: number) => tf.train.adam(rate), 'a function. Call it first.'],
    [tf.AdamOptimizer, 'a function. Call it first.'],
    [globalNorm(), '{"id":"global-norm","options":{"maxNorm":1,"ord":2}}.'],
  ])('refuses to wrap %s', (inner, received) => {
    expectError(
      () => wrap(inner, none()),
      'not-an-optimizer',
      `\`clipOptimizer(inner, strategy)\` wraps a tfjs optimizer, such as tf.train.adam(1e-3); received ${received}`,
    );
  });

  it.each([
    [undefined, `undefined.${PASS_ONE}`],
    ['global-norm', `"global-norm".${PASS_ONE}`],
    [globalNorm, 'a function. Call the factory first, as in `globalNorm({ maxNorm: 1 })`.'],
    [
      { id: 'none', options: {} },
      '{"id":"none","options":{}}. Create a strategy from a spec with `registry.create(spec)`.',
    ],
    [{ maxNorm: 1 }, `{"maxNorm":1}.${PASS_ONE}`],
  ])('refuses %s as a strategy', (strategy, received) => {
    expectError(
      () => wrap(tf.train.sgd(1), strategy),
      'bad-spec',
      `\`clipOptimizer(inner, strategy)\` takes a strategy; received ${received}`,
    );
  });

  it('refuses a strategy whose options contain themselves', () => {
    const options: Record<string, unknown> = {};
    options['self'] = { again: options };
    const strategy = { ...none(), id: 'cyclic', options };
    for (const call of [() => wrap(tf.train.sgd(1), strategy), () => chain(strategy)]) {
      expectError(
        call,
        'bad-option',
        '`strategy.options` takes data without cycles; received an object that contains itself.',
      );
    }
  });

  it.each([
    ['skip', '`clipOptimizer` takes its options as one object; received "skip".'],
    [null, '`clipOptimizer` takes its options as one object; received null.'],
    [[], '`clipOptimizer` takes its options as one object; received [].'],
    [
      { onNonFinite: 'ignore' },
      "`clipOptimizer({ onNonFinite })` must be one of 'skip', 'zero', 'propagate', 'throw'; received \"ignore\".",
    ],
    [
      { maxConsecutiveNonFinite: 0 },
      '`clipOptimizer({ maxConsecutiveNonFinite })` must be a whole number of at least 1, or Infinity; received 0.',
    ],
    [{ window: -1 }, '`clipOptimizer({ window })` must be a whole number of at least 0; received -1.'],
    [{ window: NaN }, '`clipOptimizer({ window })` must be a whole number of at least 0; received NaN.'],
    [{ onStep: 'log' }, '`clipOptimizer({ onStep })` must be a function; received "log".'],
  ])('refuses the options %j', (options, message) => {
    expectError(() => wrap(tf.train.sgd(1), none(), options), 'bad-option', message);
  });

  it('lists its options when one is misspelt', () => {
    expectError(
      () => wrap(tf.train.sgd(1), none(), { onNaN: 'skip' }),
      'unknown-option',
      '`clipOptimizer` has no option `onNaN`; it has `onNonFinite`, `maxConsecutiveNonFinite`, `warnings`, `window`, `onStep`.',
    );
  });

  it('wraps a wrapped optimizer so that both clip', async () => {
    const problem = variables({ a: [0, 0] });
    const inner = clipOptimizer(tf.train.sgd(1), perValue({ maxAbs: 1 }));
    const outer = clipOptimizer(inner, globalNorm({ maxNorm: 5 }));
    outer.applyGradients({ [problem.names[0]!]: tf.tensor1d([30, 0.6]) } as never);
    const [first, second] = problem.values()[0] as [number, number];
    expect([first, second]).toEqual([-1, expect.closeTo(-0.1, 4)]);
    expect([outer.iterations, inner.iterations]).toEqual([1, 1]);
    expect((await inner.records())[0]!.normBefore).toBe((await outer.records())[0]!.normAfter);
  });
});

describe('a strategy option', () => {
  it.each([
    [() => globalNorm({ maxNorm: -1 }), '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.'],
    [
      () => globalNorm({ maxNorm: NaN }),
      '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received NaN.',
    ],
    [
      () => globalNorm({ maxNorm: '1' as never }),
      '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received "1". ' +
        "Or use 'auto', or { kind: 'measured', steps: 50, percentile: 90 }.",
    ],
  ])('is checked when the strategy is created (%#)', (make, message) => {
    expectError(make, 'bad-option', message);
  });

  it('that is misspelt throws and names the closest option', () => {
    expectError(
      () => globalNorm({ maxNrm: 1 } as never),
      'unknown-option',
      '`global-norm` has no option `maxNrm`; it has `maxNorm`, `ord`. Did you mean `maxNorm`?',
    );
  });

  it('of perValue throws if min is above max', () => {
    expect(() => perValue({ min: 2, max: 1 })).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });
});

describe('gradients', () => {
  const trial = () => {
    const problem = variables({ a: [1, 2, 3] });
    const optimizer = clipOptimizer(tf.train.sgd(1), none());
    const apply = (gradients: unknown) => () => optimizer.applyGradients(gradients as never);
    return { name: problem.names[0]!, apply, problem };
  };

  it('of an unknown variable throw and list the variables', () => {
    tf.disposeVariables();
    const { name, apply, problem } = trial();
    expectError(
      apply({ 'lstm/kernel': tf.tensor1d([1]), [name]: tf.tensor1d([1, 1, 1]) }),
      'unknown-variable',
      '`applyGradients` received a gradient for `lstm/kernel`, but tfjs has no variable of that name; ' +
        `it has ${name}. Was it disposed, or is a second copy of tfjs loaded? ` +
        'Run `npm ls @tensorflow/tfjs-core`, install one version and run `npm dedupe`. ' +
        'On a web page, load tfjs once.',
    );
    expect(problem.values()).toEqual([[1, 2, 3]]);
    for (let extra = 0; extra < 9; extra += 1) variables({ b: [1] });
    expect(apply({ nowhere: tf.scalar(1) })).toThrow(/ and 2 more\. Was it disposed/);
  });

  it('of another type or shape, or that are not tensors, throw', () => {
    const { name, apply } = trial();
    const begin = `The gradient of \`${name}\` must`;
    expectError(apply({ [name]: tf.zeros([2, 3]) }), 'bad-gradients', `${begin} have shape [3]; received [2, 3].`);
    expectError(
      apply({ [name]: tf.tensor1d([3, 4, 0], 'int32') }),
      'bad-gradients',
      `${begin} be float32; received int32. Convert it with \`tf.cast(gradient, 'float32')\`.`,
    );
    expectError(apply({ [name]: [1, 2, 3] }), 'bad-gradients', `${begin} be a tensor; received [1,2,3].`);
  });

  it.each([
    [undefined, 'undefined'],
    [[1, 2], '[1,2]'],
    ['all', '"all"'],
  ])('that are %j throw', (invalid, received) => {
    expectError(
      trial().apply(invalid),
      'bad-gradients',
      `\`applyGradients\` takes gradients by variable name, \`{ name: tensor }\`, or a list of \`{ name, tensor }\`; received ${received}.`,
    );
  });

  it('in one tensor throw', () => {
    expect(trial().apply(tf.scalar(1))).toThrow('received a tensor.');
  });

  it('that are all absent take an empty step', () => {
    const { apply, problem, name } = trial();
    apply({})();
    apply([])();
    apply({ [name]: null })();
    expect(problem.values()).toEqual([[1, 2, 3]]);
  });
});

describe('a strategy that breaks the contract', () => {
  const strategyWith = (
    clip: (gradients: NamedTensors) => unknown,
    init: () => unknown = () => ({}),
  ): ClippingStrategy => ({
    id: 'mine',
    options: {},
    init: init as () => NamedTensors,
    clip: (gradients) => clip(gradients) as Clipped,
  });
  const only = (gradients: NamedTensors): [string, tf.Tensor] => Object.entries(gradients)[0]!;

  it.each<[clip: (gradients: NamedTensors) => unknown, message: (name: string) => string]>([
    [
      () => {
        throw new RangeError('no such luck.');
      },
      () => '`mine` failed at step 0: no such luck. No variable changed.',
    ],
    [() => undefined, () => '`mine` must return gradients as tensors by name; received undefined (at step 0).'],
    [
      (gradients) => Promise.resolve({ gradients, state: {} }),
      () => '`mine` must return gradients as tensors by name; received undefined (at step 0).',
    ],
    [
      (gradients) => ({ gradients }),
      () => '`mine` must return state as tensors by name; received undefined (at step 0).',
    ],
    [() => ({ gradients: {}, state: {} }), (name) => `\`mine\` returned no gradient for \`${name}\` (at step 0).`],
    [
      (gradients) => ({ gradients: { ...gradients, more: tf.scalar(1) }, state: {} }),
      () => '`mine` returned a gradient for `more`, which it did not receive (at step 0).',
    ],
    [
      (gradients) => ({ gradients: { [only(gradients)[0]]: 3 }, state: {} }),
      (name) => `\`mine\` must return tensors in its gradients; received 3 for \`${name}\` (at step 0).`,
    ],
    [
      (gradients) => ({ gradients: { [only(gradients)[0]]: tf.zeros([3, 1]) }, state: {} }),
      (name) => `\`mine\` returned a gradient of float32[3, 1] instead of float32[3] for \`${name}\` (at step 0).`,
    ],
    [
      (gradients) => {
        only(gradients)[1].dispose();
        return { gradients, state: {} };
      },
      (name) => `\`mine\` returned a disposed tensor for \`${name}\` in its gradients (at step 0).`,
    ],
    [
      (gradients) => ({ gradients, state: {}, skip: true }),
      () => '`mine` must return `skip` as a scalar tensor; received true (at step 0).',
    ],
  ])('is named, and no variable changes (%#)', (clip, message) => {
    const problem = variables({ a: [1, 2, 3] });
    const optimizer = clipOptimizer(tf.train.sgd(1), strategyWith(clip));
    const end = message('').startsWith('`mine` failed') ? '' : ' No variable changed.';
    expectError(
      () => optimizer.applyGradients(problem.gradients(0) as never),
      'strategy-fault',
      message(problem.names[0]!) + end,
    );
    expect(problem.values()).toEqual([[1, 2, 3]]);
    expect(optimizer.iterations).toBe(0);
  });

  it('is named when `init` throws or returns something other than tensors', () => {
    const problem = variables({ a: [1, 2, 3] });
    const step = (init: () => unknown) => () => {
      clipOptimizer(
        tf.train.sgd(1),
        strategyWith((gradients) => ({ gradients, state: {} }), init),
      ).applyGradients(problem.gradients(0) as never);
    };
    expectError(
      step(() => {
        throw new Error('out of memory.');
      }),
      'strategy-fault',
      '`mine` failed when it created its state: out of memory. No variable changed.',
    );
    expectError(
      step(() => [0]),
      'strategy-fault',
      '`mine` must return tensors in its state; received 0 for `0` (when it created its state). No variable changed.',
    );
  });
});
