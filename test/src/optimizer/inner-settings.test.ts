// The settings of the inner optimizer: checked when it is wrapped, and readable on the wrapper.
import * as tf from '@tensorflow/tfjs';
import { accumulated, clipOptimizer } from 'gradclip';
import { globalNorm, none } from 'gradclip/strategies';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectError, loaded, model, saved, train } from '../../support/fixtures.ts';

const wrap = (inner: unknown) => clipOptimizer(inner as tf.Optimizer, none());
const CALL = '`clipOptimizer(inner, strategy)`';
const { train: create } = tf;
const object = { learningRate: 0.001 } as never;

afterEach(() => {
  tf.disposeVariables();
});

/** An optimizer of another author with these settings. */
class Foreign extends tf.Optimizer {
  static className = 'Foreign';
  readonly settings: Record<string, unknown>;
  constructor(settings: Record<string, unknown>) {
    super();
    this.settings = settings;
  }
  override applyGradients(): void {
    // Never called here.
  }
  override getConfig(): tf.serialization.ConfigDict {
    return this.settings as tf.serialization.ConfigDict;
  }
}

// tfjs itself refuses an object as beta1 or as the momentum of Momentum.
describe('a setting of tfjs', () => {
  const optimizers: readonly (readonly [setting: string, create: () => tf.Optimizer])[] = [
    ['learningRate of Adam', () => create.adam(object)],
    ['epsilon of Adam', () => create.adam(1, undefined, undefined, object)],
    ['learningRate of SGD', () => create.sgd(object)],
    ['learningRate of Momentum', () => create.momentum(object, 0.9)],
    ['learningRate of RMSProp', () => create.rmsprop(object)],
    ['decay of RMSProp', () => create.rmsprop(1, object)],
    ['momentum of RMSProp', () => create.rmsprop(1, undefined, object)],
    ['epsilon of RMSProp', () => create.rmsprop(1, undefined, undefined, object)],
    ['learningRate of Adagrad', () => create.adagrad(object)],
    ['initialAccumulatorValue of Adagrad', () => create.adagrad(1, object)],
    ['learningRate of Adadelta', () => create.adadelta(object)],
    ['rho of Adadelta', () => create.adadelta(1, object)],
    ['epsilon of Adadelta', () => create.adadelta(1, undefined, object)],
    ['learningRate of Adamax', () => create.adamax(object)],
    ['beta2 of Adamax', () => create.adamax(1, undefined, object)],
    ['epsilon of Adamax', () => create.adamax(1, undefined, undefined, object)],
    ['decay of Adamax', () => create.adamax(1, undefined, undefined, undefined, object)],
  ];
  it.each(optimizers)('is refused as an object: %s', (setting, createOptimizer) => {
    const [name, of, optimizer] = setting.split(' ') as [string, string, string];
    const message = (call: string): string =>
      `${call}: \`${name}\` ${of} ${optimizer} must be a number; received {"learningRate":0.001}. ` +
      'Pass numbers, as in `tf.train.adam(1e-3)`.';
    expectError(() => wrap(createOptimizer()), 'bad-option', message(CALL));
    expectError(
      () => accumulated(createOptimizer(), { steps: 2 }),
      'bad-option',
      message('`accumulated(optimizer, { steps })`'),
    );
  });

  it.each([undefined, NaN, Infinity, null, '0.1'])('is refused as %s', (value) => {
    const received = typeof value === 'string' ? `"${value}"` : String(value);
    expectError(
      () => wrap(create.sgd(value as never)),
      'bad-option',
      `${CALL}: \`learningRate\` of SGD must be a number; received ${received}.`,
    );
  });

  it.each([
    [{ clipValue: 0.5 }, '`perValue({ maxAbs: 0.5 })`'],
    [{ clipnorm: 2 }, '`perVariable({ maxNorm: 2 })`, or `globalNorm` for all together'],
    [{ globalClipnorm: 3 }, '`globalNorm({ maxNorm: 3 })`'],
    [{ global_clipnorm: 3 }, '`globalNorm({ maxNorm: 3 })`'],
  ])('in an object with %j names the strategy to use', (options, strategy) => {
    expect(() => wrap(create.adam(options as never))).toThrow(` To clip, use the strategy ${strategy}.`);
  });

  it.each([0, -0.1, 1e-30])('may be %d', (rate) => {
    expect(wrap(create.sgd(rate)).learningRate).toBe(rate);
  });
});

describe('a setting of another author', () => {
  it.each([{ learningRate: { clipNorm: 1 } }, { momentum: { nesterov: true } }, { weightDecay: NaN }])(
    'is refused as %j, which tfjs would take for a number',
    (settings) => {
      expect(() => wrap(new Foreign(settings))).toThrow(' of Foreign must be a number; received ');
    },
  );

  it.each([
    { learningRate: (step: number) => 1 / step },
    { learningRate: undefined, momentum: null },
    { inner: { className: 'SGD' }, name: 'mine', schedule: [1, 2], limit: Infinity, nesterov: true },
  ])('may be %j', (settings) => {
    expect(() => wrap(new Foreign(settings))).not.toThrow();
  });

  it.each([
    undefined,
    () => undefined,
    () => {
      throw new Error('no config');
    },
  ])(
    // prettier-ignore
    'may be missing: getConfig %#',
    (getConfig) => {
      const inner = new Foreign({});
      inner.getConfig = getConfig as never;
      expect(() => wrap(inner)).not.toThrow();
    },
  );
});

describe('the settings of the inner optimizer', () => {
  it('can be read and set on the wrapper', () => {
    const inner = create.rmsprop(0.1, 0.8, 0.5, 1e-3, true);
    const optimizer = accumulated(wrap(inner), { steps: 2 }) as unknown as Record<string, unknown>;
    const settings = { learningRate: 0.1, decay: 0.8, momentum: 0.5, epsilon: 1e-3, centered: true };
    expect(Object.fromEntries(Object.keys(settings).map((name) => [name, optimizer[name]]))).toEqual(settings);
    optimizer['decay'] = 0.7;
    expect(inner.getConfig()).toMatchObject({ decay: 0.7 });
    expect(optimizer['decay']).toBe(0.7);
    expect(optimizer['beta1']).toBeUndefined();
  });

  it('are in the config of the wrapper', () => {
    expect(wrap(create.adam(0.1, 0.5)).getConfig()).toMatchObject({ learningRate: 0.1, beta1: 0.5 });
    expect(accumulated(wrap(create.adam(0.1, 0.5)), { steps: 2 }).getConfig()).toMatchObject({ beta1: 0.5 });
  });

  it('are read from the config if the optimizer has no field of that name', () => {
    expect((wrap(new Foreign({ weightDecay: 0.1 })) as unknown as { weightDecay: number }).weightDecay).toBe(0.1);
  });

  it('replace nothing that a wrapper has', () => {
    const optimizer = accumulated(wrap(new Foreign({ strategy: 'theirs', options: 1, steps: 7, inner: 1 })), {
      steps: 2,
    });
    expect(optimizer.steps).toBe(2);
    expect(optimizer.inner.strategy.id).toBe('none');
    expect(optimizer.inner.options).toEqual({});
    expect(optimizer.inner.inner).toBeInstanceOf(Foreign);
  });

  it('are restored from a file', async () => {
    const net = model();
    const optimizer = wrap(create.adam(0.1, 0.5));
    net.compile({ optimizer, loss: 'meanSquaredError' });
    await train(net, 1);
    (optimizer as unknown as { beta1: number }).beta1 = 0.6;
    const again = (await loaded(await saved(net))).optimizer;
    expect(again).toMatchObject({ beta1: 0.6, beta2: 0.999 });
  });
});

describe('setting an option that clips in other libraries', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  afterEach(() => {
    warn.mockClear();
  });

  it.each([
    ['clipValue', '`perValue({ maxAbs: 3 })`'],
    ['clipvalue', '`perValue({ maxAbs: 3 })`'],
    ['clipNorm', '`perVariable({ maxNorm: 3 })`, or `globalNorm` for all together'],
    ['clipnorm', '`perVariable({ maxNorm: 3 })`, or `globalNorm` for all together'],
    ['globalClipNorm', '`globalNorm({ maxNorm: 3 })`'],
    ['globalClipnorm', '`globalNorm({ maxNorm: 3 })`'],
    ['global_clipnorm', '`globalNorm({ maxNorm: 3 })`'],
  ])('%s warns once and names the strategy', (name, strategy) => {
    for (const optimizer of [wrap(create.sgd(1)), accumulated(wrap(create.sgd(1)), { steps: 2 })]) {
      warn.mockClear();
      const fields = optimizer as unknown as Record<string, unknown>;
      fields[name] = 3;
      fields[name] = 4;
      expect(fields[name]).toBe(4);
      expect(warn.mock.calls).toEqual([
        [`gradclip: \`optimizer.${name}\` has no effect. To clip, use the strategy ${strategy}.`],
      ]);
    }
  });

  it('does not warn if the inner optimizer has the option', () => {
    const inner = new Foreign({ clipValue: 2 });
    const optimizer = clipOptimizer(inner, globalNorm()) as unknown as { clipValue: number };
    optimizer.clipValue = 3;
    expect(optimizer.clipValue).toBe(3);
    expect(warn).not.toHaveBeenCalled();
  });
});
