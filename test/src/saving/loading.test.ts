// What a process needs before it can load a model, and how it refuses damaged files and weights.
import * as tf from '@tensorflow/tfjs';
import type * as gradclip from 'gradclip';
import type * as container from 'gradclip/container';
import type * as strategies from 'gradclip/strategies';
import { chain, clipOptimizer, ClippedOptimizer } from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { adaptivePercentile, globalNorm, none, perValue, allStrategies } from 'gradclip/strategies';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  expectError,
  expectRejection,
  loaded,
  model,
  saved,
  train,
  variables,
  weightsOf,
} from '../../support/fixtures.ts';

type Gradclip = typeof gradclip;
type Container = typeof container;
type Strategies = typeof strategies;

/** The library as a new process sees it: no strategy made, no class registered. */
async function freshProcess(): Promise<Gradclip & Container> {
  vi.resetModules();
  for (const name of ['known', 'ambiguous']) Reflect.deleteProperty(globalThis, Symbol.for(`gradclip:${name}`));
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  Reflect.deleteProperty(classNameMap, 'ClippedOptimizer');
  return { ...(await import('gradclip')), ...(await import('gradclip/container')) };
}

// Reloaded modules number their variables from the start, and tfjs still has the old names.
afterAll(() => {
  tf.disposeVariables();
});

async function trainedFile(strategy = chain(perValue({ maxAbs: 2 }), adaptivePercentile({ window: 5 }))) {
  const net = model();
  net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), strategy), loss: 'meanSquaredError' });
  await train(net, 3);
  const file = await saved(net);
  await train(net, 2);
  return { file, expected: weightsOf(net) };
}

describe('a new process', () => {
  it('resumes a saved model after enableLoading(allStrategies)', async () => {
    const { file, expected } = await trainedFile();
    const { enableLoading } = await freshProcess();
    const fresh = (await import('gradclip/strategies')) as Strategies;
    expect(fresh.allStrategies).not.toBe(allStrategies);
    enableLoading(fresh.allStrategies);
    const net = await loaded(file);
    await train(net, 2);
    expect(weightsOf(net)).toEqual(expected);
    expect(net.optimizer).not.toBeInstanceOf(Array);
    expect((net.optimizer as unknown as ClippedOptimizer).strategy.id).toBe('chain');
  });

  it('can pass a registry or a list to enableLoading', async () => {
    const { file } = await trainedFile();
    for (const how of ['registry', 'list']) {
      const { enableLoading, StrategyRegistry } = await freshProcess();
      const fresh = (await import('gradclip/strategies')) as Strategies;
      enableLoading(how === 'registry' ? new StrategyRegistry(fresh.allStrategies) : [...fresh.allStrategies]);
      expect((await loaded(file)).optimizer.getClassName()).toBe('ClippedOptimizer');
    }
  });

  it('explains how to make an unknown strategy known', async () => {
    const { file } = await trainedFile();
    const { enableLoading } = await freshProcess();
    const fresh = (await import('gradclip/strategies')) as Strategies;
    enableLoading([fresh.globalNorm, fresh.perVariable]);
    await expectRejection(
      loaded(file),
      'unknown-strategy',
      'The saved model uses a strategy that this process does not know. There is no strategy "per-value". ' +
        'Known ids: global-norm, per-variable, chain, partition, scheduled. ' +
        'Before loading, call `enableLoading(strategies)` with it.',
    );
    const cause = expect.objectContaining({
      message: expect.stringMatching(/^There is no strategy "per-value"/) as string,
    }) as object;
    await expect(loaded(file)).rejects.toMatchObject({ cause });
  });

  it('loads strategies that it has made itself without further calls', async () => {
    const { file, expected } = await trainedFile();
    const fresh = await freshProcess();
    const made = (await import('gradclip/strategies')) as Strategies;
    fresh.clipOptimizer(tf.train.sgd(1), fresh.chain(made.perValue(), made.adaptivePercentile()));
    const net = await loaded(file);
    await train(net, 2);
    expect(weightsOf(net)).toEqual(expected);
  });

  it('loads strategies that it has made through a container', async () => {
    const { file } = await trainedFile(globalNorm() as never);
    const fresh = await freshProcess();
    const made = (await import('gradclip/strategies')) as Strategies;
    const registry = fresh.createContainer({ strategies: made.allStrategies }).get(fresh.TOKENS.StrategyRegistry);
    fresh.clipOptimizer(tf.train.sgd(1), registry.create('global-norm'));
    expect((await loaded(file)).optimizer.getClassName()).toBe('ClippedOptimizer');
    expect(createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry).ids()).toEqual(registry.ids());
  });
});

describe('two strategies of one id', () => {
  const REFUSAL = 'The saved model uses `mine`, and this process has two strategies with that id. Rename one of them.';
  const declare = async (maxAbs: number, factor: number) => {
    const { defineStrategy, mapTensors, positive } = await import('gradclip/define');
    return defineStrategy({
      id: 'mine',
      title: 'Mine',
      laws: { direction: 'none', idempotent: false },
      fields: { maxAbs: positive({ default: maxAbs, about: 'Anything.' }) },
      clip: (_options, gradients) => mapTensors(gradients, (gradient) => tf.mul(gradient, factor)),
    });
  };

  it('are refused when a model is loaded that uses them, and only then', async () => {
    const fresh = await freshProcess();
    const [first, second] = [await declare(1, 1), await declare(2, 1)];
    const config = fresh.clipOptimizer(tf.train.sgd(1), fresh.chain(first())).getConfig();
    const other = fresh.clipOptimizer(tf.train.sgd(1), none()).getConfig();
    second();
    const load = (of: unknown) => fresh.ClippedOptimizer.fromConfig<ClippedOptimizer>(fresh.ClippedOptimizer, of);
    expectError(() => load(config), 'duplicate-id', REFUSAL);
    expect(load(other).strategy.id).toBe('none');
    expect(() => new fresh.StrategyRegistry([first, second])).toThrow('The id `mine` is taken by another strategy');
  });

  it('are one strategy if they declare the same, as both builds and a reload do', async () => {
    const fresh = await freshProcess();
    const [first, second] = [await declare(1, 1), await declare(1, 2)];
    const config = fresh.clipOptimizer(tf.train.sgd(1), first()).getConfig();
    second();
    const optimizer = fresh.ClippedOptimizer.fromConfig<ClippedOptimizer>(fresh.ClippedOptimizer, config);
    expect(optimizer.strategy.id).toBe('mine');
    expect(new fresh.StrategyRegistry([first, second]).ids()).toEqual(['mine']);
    const before = await import('gradclip/strategies');
    vi.resetModules();
    const again = await import('gradclip/strategies');
    expect(again.allStrategies).not.toBe(before.allStrategies);
    fresh.enableLoading([...before.allStrategies, ...again.allStrategies]);
  });

  it.each([
    [none().clip, true],
    [() => ({ gradients: {}, state: {} }), false],
  ])('are compared by their code if they are fixed strategies (%#)', async (clip, isSame) => {
    const fresh = await freshProcess();
    const entry = (code: typeof clip) => ({ id: 'fixed', options: {}, init: () => ({}), clip: code });
    const config = fresh.clipOptimizer(tf.train.sgd(1), entry(none().clip) as never).getConfig();
    fresh.enableLoading(new fresh.StrategyRegistry([entry(none().clip) as never]));
    fresh.enableLoading(new fresh.StrategyRegistry([entry(clip as never) as never]));
    const load = () => fresh.ClippedOptimizer.fromConfig<ClippedOptimizer>(fresh.ClippedOptimizer, config);
    if (isSame) expect(load().strategy.id).toBe('fixed');
    else expectError(load, 'duplicate-id', REFUSAL.replace('mine', 'fixed'));
  });
});

it('enableLoading(registry) loads the combinators of the registry', async () => {
  const fresh = await freshProcess();
  const halved: gradclip.ClippingStrategy = { ...none(), id: 'halved', options: { of: { id: 'none' } } };
  const combinator: container.Combinator = { id: 'halved', fromOptions: () => halved };
  const config = fresh.clipOptimizer(tf.train.sgd(1), halved).getConfig();
  fresh.enableLoading(new fresh.StrategyRegistry([combinator]));
  const optimizer = fresh.ClippedOptimizer.fromConfig<ClippedOptimizer>(fresh.ClippedOptimizer, config);
  expect(optimizer.strategy).toBe(halved);
});

describe('a saved config', () => {
  const optimizer = clipOptimizer(tf.train.adam(0.05), perValue({ maxAbs: 3 }), { maxConsecutiveNonFinite: Infinity });
  const load = (config: unknown) => ClippedOptimizer.fromConfig<ClippedOptimizer>(ClippedOptimizer, config);
  const clipping = (change: object): string =>
    JSON.stringify({ ...(JSON.parse(optimizer.getConfig().clipping) as object), ...change });

  it('holds no underscore, which tfjs would change on loading', () => {
    const strategy = chain(perValue({ maxAbs: 1 }));
    const config = clipOptimizer(tf.train.adam(0.05), strategy).getConfig();
    expect(JSON.stringify(config)).not.toContain('_');
  });

  it('creates the same optimizer again', () => {
    const again = load(JSON.parse(JSON.stringify(optimizer.getConfig())));
    expect(again.getConfig()).toEqual(optimizer.getConfig());
    expect(again.options).toEqual({ maxConsecutiveNonFinite: Infinity });
  });

  it.each([
    [undefined, '`ClippedOptimizer.fromConfig` takes the config of a saved ClippedOptimizer; received undefined.'],
    [null, '`ClippedOptimizer.fromConfig` takes the config of a saved ClippedOptimizer; received null.'],
    [
      { learningRate: 1 },
      '`ClippedOptimizer.fromConfig` takes the config of a saved ClippedOptimizer; received {"learningRate":1}.',
    ],
    ...['innerClassName', 'innerConfig', 'clipping'].map((left): [object, string] => {
      const config = { innerClassName: 'SGD', innerConfig: {}, clipping: '{}', [left]: undefined };
      return [
        config,
        `\`ClippedOptimizer.fromConfig\` takes the config of a saved ClippedOptimizer; received ${JSON.stringify(config)}.`,
      ];
    }),
  ])('is refused when it is %j', (config, message) => {
    expectError(() => load(config), 'bad-spec', message);
  });

  it.each([
    ['{ cut off', 'it is not JSON'],
    ['null', 'it needs `strategy`, `options` and `order`'],
    [clipping({ order: 7 }), 'it needs `strategy`, `options` and `order`'],
    [clipping({ order: ['w', 'w'] }), 'it needs `strategy`, `options` and `order`'],
    [clipping({ order: [7] }), 'it needs `strategy`, `options` and `order`'],
    [clipping({ options: 7 }), 'it needs `strategy`, `options` and `order`'],
  ])('is refused when it is damaged (%#)', (damaged, reason) => {
    expectError(
      () => load({ ...optimizer.getConfig(), clipping: damaged }),
      'bad-spec',
      `The saved config of \`ClippedOptimizer\` is damaged: ${reason}.`,
    );
  });

  it('keeps the JSON error as the cause', () => {
    const damaged = { ...optimizer.getConfig(), clipping: '{ cut off' };
    expect(() => load(damaged)).toThrow(
      expect.objectContaining({ cause: expect.any(SyntaxError) as unknown }) as Error,
    );
  });

  it('is refused for an unknown option or a malformed strategy', () => {
    expectError(
      () => load({ ...optimizer.getConfig(), clipping: clipping({ options: { onNonFinit: 'skip' } }) }),
      'unknown-option',
      '`clipOptimizer` has no option `onNonFinit`; it has `onNonFinite`, `maxConsecutiveNonFinite`, `warnings`, `window`, `onStep`. Did you mean `onNonFinite`?',
    );
    expectError(
      () => load({ ...optimizer.getConfig(), clipping: clipping({ strategy: 7 }) }),
      'bad-spec',
      'A strategy spec must have the form { "id": "global-norm", "options": { "maxNorm": 1 } }; received 7.',
    );
  });

  it('names an inner optimizer class that tfjs does not know', () => {
    expectError(
      () => load({ ...optimizer.getConfig(), innerClassName: 'Lion' }),
      'bad-spec',
      'The saved optimizer wraps `Lion`, a class that tfjs does not know; register it with `tf.serialization.registerClass` first.',
    );
  });
});

describe('setWeights', () => {
  let problem: ReturnType<typeof variables>;
  beforeEach(() => {
    problem = variables();
  });

  const used = async (strategy: Parameters<typeof clipOptimizer>[1]) => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), strategy);
    optimizer.applyGradients(problem.gradients(1) as never);
    return optimizer.getWeights();
  };

  it('restores what getWeights returned and leaves the tensors to the caller', async () => {
    const weights = await used(adaptivePercentile({ window: 4 }));
    const optimizer = clipOptimizer(tf.train.adam(0.05), adaptivePercentile({ window: 4 }));
    await optimizer.setWeights(weights);
    optimizer.applyGradients(problem.gradients(2) as never);
    expect(weights.every(({ tensor }) => !tensor.isDisposed)).toBe(true);
    expect(optimizer.state['filled/global']!.dataSync()[0]).toBe(2);
    expect(optimizer.iterations).toBe(2);
    expect((await optimizer.records())[0]!.step).toBe(1);
  });

  it('refuses the weights of a plain optimizer', async () => {
    const plain = tf.train.adam(0.05);
    plain.applyGradients(problem.gradients(1) as never);
    await expectRejection(
      clipOptimizer(tf.train.adam(0.05), none()).setWeights(await plain.getWeights()),
      'bad-state',
      '`setWeights(weights)` takes the weights of a saved ClippedOptimizer; received none of its entries. ' +
        'Pass the weights of a plain optimizer to `optimizer.inner.setWeights`.',
    );
  });

  it.each([
    [
      'another shape',
      adaptivePercentile({ window: 4 }),
      adaptivePercentile({ window: 9 }),
      'The saved optimizer has `values/global` of shape [4], but `adaptive-percentile` expects shape [9]. ',
    ],
    [
      'another strategy',
      adaptivePercentile({ window: 4 }),
      none(),
      'The saved optimizer has `values/global` of shape [4], but `none` has no such entry. ',
    ],
    [
      'a strategy without state',
      none(),
      adaptivePercentile({ window: 4 }),
      'The saved optimizer has no `values/global`, which `adaptive-percentile` needs. ',
    ],
  ])(
    'refuses the next step, before any variable changes, with the state of %s',
    async (_about, before, after, message) => {
      const optimizer = clipOptimizer(tf.train.adam(0.05), after);
      await optimizer.setWeights(await used(before as never));
      const values = problem.values();
      for (let time = 0; time < 2; time += 1) {
        expectError(
          () => optimizer.applyGradients(problem.gradients(2) as never),
          'bad-state',
          `${message}Load it with the strategy and options it was saved with.`,
        );
      }
      expect(problem.values()).toEqual(values);
    },
  );
});
