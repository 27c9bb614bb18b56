// Invalid arguments that once crashed, hung or were accepted.
import * as tf from '@tensorflow/tfjs';
import {
  AccumulatedOptimizer,
  ClippedOptimizer,
  clipOptimizer,
  partition,
  scheduled,
  suggestThreshold,
  type StrategySpec,
} from 'gradclip';
import { defineStrategy, matchesGlob } from 'gradclip/define';
import { createContainer, TOKENS } from 'gradclip/container';
import {
  agc,
  globalNorm,
  none,
  normalize,
  perLayer,
  perVariable,
  quantileTracking,
  allStrategies,
} from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { expectError } from '../support/fixtures.ts';

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

const throwing = (): never => {
  throw new RangeError('unreadable');
};
const clipping = JSON.stringify({ strategy: { id: 'none' }, options: {}, order: [] });
const loaded = (config: unknown) => (): unknown => ClippedOptimizer.fromConfig(ClippedOptimizer, config);

describe('a spec', () => {
  it('that expands to a thousand million strategies is refused', () => {
    let spec: StrategySpec = { id: 'none' };
    for (let depth = 0; depth < 30; depth += 1) spec = { id: 'chain', options: { strategies: [spec, spec] } };
    expectError(
      () => registry.create(spec),
      'bad-option',
      '`registry.create` takes at most 100000 values and 200 levels; received more.',
    );
  });

  it('that contains itself is refused', () => {
    const spec = { id: 'chain', options: { strategies: [] as unknown[] } };
    spec.options.strategies.push(spec, spec);
    expect(() => registry.create(spec)).toThrow('received an object that contains itself');
  });

  it('of a chain of 30,000 strategies does not overflow the stack', () => {
    const strategies = Array.from({ length: 30_000 }, () => ({ id: 'none' }));
    const strategy = registry.create('chain', { strategies });
    expect(strategy.options['strategies']).toHaveLength(30_000);
    expect(strategy.init({})).toEqual({});
  });

  it('with a sparse list of strategies is refused', () => {
    expect(() => registry.create('chain', { strategies: new Array(3) })).toThrow('received undefined');
    expect(() => registry.create('chain', { strategies: new Array(2 ** 32 - 1) })).toThrow('at most 100000 values');
    expect(() => registry.create('partition', { rules: new Array(2 ** 32 - 1) })).toThrow('at most 100000 values');
  });

  it.each([
    ['options that are not an object', { id: 'none', options: 5 }, 'bad-spec'],
    ['an unknown property', { id: 'none', more: 1 }, 'bad-spec'],
    ['an own `__proto__`', JSON.parse('{"id":"global-norm","options":{"__proto__":{"ord":1}}}'), 'unknown-option'],
  ])('of a scheduled strategy with %s is refused', (_, strategy, code) => {
    const options = { strategy, option: 'maxNorm', schedule: { kind: 'constant', value: 1 } };
    expect(() => registry.create('scheduled', options)).toThrow(expect.objectContaining({ code }));
  });
});

describe('options', () => {
  it('are read only once, so that a getter cannot change them later', () => {
    let reads = 0;
    const options = Object.defineProperty({}, 'maxNorm', { enumerable: true, get: () => (reads += 1) });
    expect(globalNorm(options).options).toEqual({ maxNorm: 1, ord: 2 });
    expect(reads).toBe(1);
  });

  it('that are not a plain object are refused', () => {
    expect(() => globalNorm(new Map([['maxNorm', 1]]) as never)).toThrow(
      'takes its options as one object; received {}',
    );
  });

  it('with a sparse array of maximum length are refused without iterating over it', () => {
    const endless = new Array(2 ** 32 - 1);
    expect(() => perVariable({ axes: endless as number[] })).toThrow('at most 100000 values');
    expect(() => agc({ exclude: endless as string[] })).toThrow('at most 100000 values');
    expect(() => globalNorm(endless as never)).toThrow('at most 100000 values');
    expect(() => suggestThreshold(endless as number[])).toThrow('received [null,null');
  });

  it('may be named like members of Object.prototype', () => {
    const layers = JSON.parse('{"constructor":1,"__proto__":"Infinity"}') as Record<string, number>;
    expect(Object.entries(perLayer({ layers }).options['layers'] as object)).toEqual([
      ['constructor', 1],
      ['__proto__', Infinity],
    ]);
    expect(() => scheduled(globalNorm, JSON.parse('{"__proto__":{"kind":"constant","value":1}}') as object)).toThrow(
      '`__proto__` is not one of its options',
    );
  });

  it('that exceed the largest float32 are refused', () => {
    expect(() => normalize({ norm: 3.5e38 })).toThrow('must be a finite number greater than 0');
    expect(() => quantileTracking({ initial: 1e39 })).toThrow('must be a finite number greater than 0');
  });

  it('of any length produce a short message', () => {
    const long = 'x'.repeat(100_000);
    const calls = [
      () => globalNorm({ [long]: 1 }),
      () => globalNorm({ maxNorm: long as never }),
      () => clipOptimizer(tf.train.sgd(1), none(), { [long]: 1 }),
      () => registry.create({ id: 'none', [long]: 1 }),
      () => registry.create('chain', { [long]: 1 }),
      () => partition([{ match: 'a', strategy: none() }], { [long]: none() } as object),
      () => scheduled(globalNorm, { [long]: { kind: 'constant', value: 1 } }),
      () => defineStrategy({ ...none, id: long + '!', clip: (_, gradients) => gradients }),
    ];
    for (const call of calls) {
      let message = '';
      try {
        call();
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message.length, message.slice(0, 200)).toBeLessThan(500);
      expect(message).not.toBe('');
    }
  });
});

describe('a combinator', () => {
  it.each([
    [() => partition({ a: null } as never), 'must be a list of at least one rule'],
    [
      () => partition([{ match: 'a', strategy: none() }], null as never),
      'must be an object of strategies; received null.',
    ],
    [() => partition(new Array(2) as never), '`partition(rules)[0].match` must be'],
    [() => scheduled(globalNorm, null as never), 'must schedule at least one option'],
    [() => scheduled(globalNorm, 7 as never), 'takes its options as one object; received 7.'],
    [() => scheduled(globalNorm, { maxNorm: { kind: { toString: throwing } } as never }), 'must be one of constant'],
    [() => scheduled(globalNorm, { maxNorm: { kind: 'step', points: new Array(3) } as never }), 'a list of [step'],
  ])('refuses invalid arguments (%#)', (call, message) => {
    expect(call).toThrow(expect.objectContaining({ name: 'ClippingError', message: expect.stringContaining(message) }));
  });
});

describe('a glob', () => {
  it.each(['*'.repeat(40) + 'x', '*a'.repeat(30) + 'x', '**a'.repeat(30) + 'x', '**/'.repeat(20) + 'x'])(
    '%s takes no exponential time on a name that almost matches',
    (glob) => {
      const start = process.cpuUsage();
      expect(matchesGlob(glob, 'a/'.repeat(30) + 'a'.repeat(60))).toBe(false);
      expect(process.cpuUsage(start).user).toBeLessThan(1e6);
    },
  );
});

describe('saved settings', () => {
  it.each([
    [
      { innerClassName: 'constructor', innerConfig: {}, clipping },
      'wraps `constructor`, a class that tfjs does not know',
    ],
    [{ innerClassName: '__proto__', innerConfig: {}, clipping }, 'wraps `__proto__`, a class that tfjs does not know'],
    [{ innerClassName: 7, innerConfig: {}, clipping }, 'takes the config of a saved ClippedOptimizer'],
    [() => 1, 'takes the config of a saved ClippedOptimizer'],
    [
      { innerClassName: 'SGD', innerConfig: {}, clipping: clipping.replace('[]', '["constructor"]') },
      'is damaged: it needs `strategy`, `options` and `order`.',
    ],
  ])('that are damaged are refused (%#)', (config, message) => {
    expect(loaded(config)).toThrow(
      expect.objectContaining({ code: 'bad-spec', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['Adam', null],
    ['Dense', {}],
  ])('of an inner %s that tfjs cannot create are refused', (innerClassName, innerConfig) => {
    expect(loaded({ innerClassName, innerConfig, clipping })).toThrow(
      expect.objectContaining({
        code: 'bad-spec',
        message: expect.stringContaining(`The saved config of \`${innerClassName}\` is damaged: `),
      }),
    );
  });

  it.each(['{', 'null', '{"steps":2}', '{"steps":2,"order":["toString"]}'])(
    'of an accumulated optimizer that are %s are refused',
    (accumulation) => {
      const config = { innerClassName: 'SGD', innerConfig: { learningRate: 1 }, accumulation };
      expect(() => AccumulatedOptimizer.fromConfig(AccumulatedOptimizer, config)).toThrow(
        expect.objectContaining({ name: 'ClippingError', code: 'bad-spec' }),
      );
    },
  );
});

describe('gradients', () => {
  it('named `constructor` belong to an unknown variable', () => {
    const optimizer = clipOptimizer(tf.train.sgd(1), none());
    expect(() => optimizer.applyGradients({ constructor: tf.scalar(1) } as never)).toThrow(
      expect.objectContaining({ code: 'unknown-variable' }),
    );
  });
});

describe('suggestThreshold', () => {
  const summary = { min: 1, p25: 1, median: 1, p75: 1, p90: 1, p99: 1, max: 1 };
  const suggested = suggestThreshold as (...invalid: unknown[]) => unknown;
  it.each([
    [() => suggested([1], null), 'takes its options as one object; received null.'],
    [() => suggested([1], { percentil: 5 }), 'has no option `percentil`; it has `percentile`.'],
    [() => suggested([1], { percentile: '90' }), 'must be 0, or a number from 1 to 100; received "90".'],
    [() => suggested([1], { percentile: 90n }), 'must be 0, or a number from 1 to 100; received 90.'],
    [() => suggested({ steps: 3, normBefore: null }), 'takes an optimizer, finite norms or stats; received'],
    [() => suggested({ steps: 3, normBefore: { max: 3 } }), 'takes an optimizer, finite norms or stats; received'],
    [() => suggested({ steps: 3, normBefore: { ...summary, min: -1 } }), 'a norm is never negative; received -1.'],
    [() => suggested(new DataView(new ArrayBuffer(8))), 'takes an optimizer, finite norms or stats; received {}'],
  ])('refuses invalid norms, stats and percentiles (%#)', (call, message) => {
    expect(call).toThrow(expect.objectContaining({ name: 'ClippingError', message: expect.stringContaining(message) }));
  });
});
