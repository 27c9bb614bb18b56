// What a process needs in order to load, and what it says of files and weights that are not right.
import * as tf from '@tensorflow/tfjs';
import type * as gradclip from 'gradclip';
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
type Container = typeof import('gradclip/container');
type Shelf = typeof strategies;

/** The library as a process knows it that has just begun: no strategy made, no class registered. */
async function freshProcess(): Promise<Gradclip & Container> {
  vi.resetModules();
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  Reflect.deleteProperty(classNameMap, 'ClippedOptimizer');
  return { ...(await import('gradclip')), ...(await import('gradclip/container')) };
}

// Modules that begin anew number their variables anew, and tfjs remembers the names.
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

describe('a fresh process', () => {
  it('that only calls enableLoading with a shelf resumes a saved model', async () => {
    const { file, expected } = await trainedFile();
    const { enableLoading } = await freshProcess();
    const fresh = (await import('gradclip/strategies')) as Shelf;
    expect(fresh.allStrategies).not.toBe(allStrategies);
    enableLoading(fresh.allStrategies);
    const net = await loaded(file);
    await train(net, 2);
    expect(weightsOf(net)).toEqual(expected);
    expect(net.optimizer).not.toBeInstanceOf(Array);
    expect((net.optimizer as unknown as ClippedOptimizer).strategy.id).toBe('chain');
  });

  it('may give a registry, or a list, in place of the shelf', async () => {
    const { file } = await trainedFile();
    for (const how of ['registry', 'list']) {
      const { enableLoading, StrategyRegistry } = await freshProcess();
      const fresh = (await import('gradclip/strategies')) as Shelf;
      enableLoading(how === 'registry' ? new StrategyRegistry(fresh.allStrategies) : [...fresh.allStrategies]);
      expect((await loaded(file)).optimizer.getClassName()).toBe('ClippedOptimizer');
    }
  });

  it('that does not know the strategy says how to make it known', async () => {
    const { file } = await trainedFile();
    const { enableLoading } = await freshProcess();
    const fresh = (await import('gradclip/strategies')) as Shelf;
    enableLoading([fresh.globalNorm, fresh.perVariable]);
    await expectRejection(
      loaded(file),
      'unknown-strategy',
      'The saved model was trained with a strategy that is not known here. No strategy "per-value". ' +
        'There are global-norm, per-variable, chain, partition, scheduled. ' +
        'Call `enableLoading(allStrategies)` with the shelf or registry that has it before loading.',
    );
    const cause = expect.objectContaining({
      message: expect.stringMatching(/^No strategy "per-value"/) as string,
    }) as object;
    await expect(loaded(file)).rejects.toMatchObject({ cause });
  });

  it('needs no more than the strategies it has made itself', async () => {
    const { file, expected } = await trainedFile();
    const fresh = await freshProcess();
    const made = (await import('gradclip/strategies')) as Shelf;
    fresh.clipOptimizer(tf.train.sgd(1), fresh.chain(made.perValue(), made.adaptivePercentile()));
    const net = await loaded(file);
    await train(net, 2);
    expect(weightsOf(net)).toEqual(expected);
  });

  it('may have made the strategy through a container', async () => {
    const { file } = await trainedFile(globalNorm() as never);
    const fresh = await freshProcess();
    const made = (await import('gradclip/strategies')) as Shelf;
    const registry = fresh.createContainer({ strategies: made.allStrategies }).get(fresh.TOKENS.StrategyRegistry);
    fresh.clipOptimizer(tf.train.sgd(1), registry.create('global-norm'));
    expect((await loaded(file)).optimizer.getClassName()).toBe('ClippedOptimizer');
    expect(createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry).ids()).toEqual(registry.ids());
  });
});

describe('saved settings', () => {
  const optimizer = clipOptimizer(tf.train.adam(0.05), perValue({ maxAbs: 3 }), { maxConsecutiveNonFinite: Infinity });
  const revive = (config: unknown) => ClippedOptimizer.fromConfig<ClippedOptimizer>(ClippedOptimizer, config);
  const clipping = (change: object): string =>
    JSON.stringify({ ...(JSON.parse(optimizer.getConfig().clipping) as object), ...change });

  it('hold no underscore, which tfjs would change on loading', () => {
    const strategy = chain(perValue({ maxAbs: 1 }));
    const config = clipOptimizer(tf.train.adam(0.05), strategy).getConfig();
    expect(JSON.stringify(config)).not.toContain('_');
  });

  it('make the same optimizer again', () => {
    const again = revive(JSON.parse(JSON.stringify(optimizer.getConfig())));
    expect(again.getConfig()).toEqual(optimizer.getConfig());
    expect(again.options).toEqual({ maxConsecutiveNonFinite: Infinity });
  });

  it.each([
    [undefined, 'These are not the settings of a saved ClippedOptimizer: undefined.'],
    [null, 'These are not the settings of a saved ClippedOptimizer: null.'],
    [{ learningRate: 1 }, 'These are not the settings of a saved ClippedOptimizer: {"learningRate":1}.'],
    ...['innerClassName', 'innerConfig', 'clipping'].map((left): [object, string] => {
      const config = { innerClassName: 'SGD', innerConfig: {}, clipping: '{}', [left]: undefined };
      return [config, `These are not the settings of a saved ClippedOptimizer: ${JSON.stringify(config)}.`];
    }),
  ])('that are %j are refused', (config, message) => {
    expectError(() => revive(config), 'bad-spec', message);
  });

  it.each([
    ['{ cut off', 'they are no JSON'],
    ['null', 'they must hold `strategy`, `options` and `order`'],
    [clipping({ order: 7 }), 'they must hold `strategy`, `options` and `order`'],
    [clipping({ order: [7] }), 'they must hold `strategy`, `options` and `order`'],
    [clipping({ options: 7 }), 'they must hold `strategy`, `options` and `order`'],
  ])('that are damaged are refused (%#)', (damaged, reason) => {
    expectError(
      () => revive({ ...optimizer.getConfig(), clipping: damaged }),
      'bad-spec',
      `The settings of the saved ClippedOptimizer are damaged: ${reason}.`,
    );
  });

  it('that are no JSON say where reading stopped', () => {
    const damaged = { ...optimizer.getConfig(), clipping: '{ cut off' };
    expect(() => revive(damaged)).toThrow(
      expect.objectContaining({ cause: expect.any(SyntaxError) as unknown }) as Error,
    );
  });

  it('that cannot be read say whose they are', () => {
    const unreadable = {
      get clipping(): string {
        throw new Error('not today');
      },
    };
    expect(() => revive(unreadable)).toThrow('`ClippedOptimizer.fromConfig` was given something that cannot be read');
  });

  it('with an option that does not exist, or a strategy that is none, are refused as if given by hand', () => {
    expectError(
      () => revive({ ...optimizer.getConfig(), clipping: clipping({ options: { onNonFinit: 'skip' } }) }),
      'unknown-option',
      '`clipOptimizer` has no option `onNonFinit`; it has `onNonFinite`, `maxConsecutiveNonFinite`, `warnings`, `window`, `onStep`. Did you mean `onNonFinite`?',
    );
    expectError(
      () => revive({ ...optimizer.getConfig(), clipping: clipping({ strategy: 7 }) }),
      'bad-spec',
      'A strategy in JSON is { "id": "global-norm", "options": { "maxNorm": 1 } }; received 7.',
    );
  });

  it('of an inner optimizer that tfjs does not know say its name', () => {
    expectError(
      () => revive({ ...optimizer.getConfig(), innerClassName: 'Lion' }),
      'bad-spec',
      'The saved optimizer wraps `Lion`, which tfjs does not know; register its class first.',
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

  it('takes what getWeights gave, and the tensors stay the caller’s', async () => {
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
      '`setWeights` takes the weights of a saved ClippedOptimizer; these hold none of its entries. ' +
        'Give weights of a plain optimizer to `optimizer.inner.setWeights`.',
    );
  });

  it.each([
    [
      'another shape',
      adaptivePercentile({ window: 4 }),
      adaptivePercentile({ window: 9 }),
      'The saved optimizer holds `values/global` of shape [4], but `adaptive-percentile` keeps shape [9] there. ',
    ],
    [
      'another strategy',
      adaptivePercentile({ window: 4 }),
      none(),
      'The saved optimizer holds `values/global` of shape [4], but `none` has no such entry. ',
    ],
    [
      'a strategy without memory',
      none(),
      adaptivePercentile({ window: 4 }),
      'The saved optimizer holds no `values/global`, which `adaptive-percentile` keeps and would forget. ',
    ],
  ])('with the memory of %s stops the next step, before anything moves', async (_about, before, after, message) => {
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
  });
});
