// The strategy of an optimizer can be replaced while it trains.
import * as tf from '@tensorflow/tfjs';
import { chain, ClippedOptimizer, clipOptimizer, scheduled, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, emaRatio, globalNorm, none, perValue, zClip } from 'gradclip/strategies';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectError, model, reloaded, train, weightsOf } from '../../support/fixtures.ts';

beforeEach(() => tf.setBackend('cpu'));
afterEach(() => {
  tf.disposeVariables();
});

const variable = (name = 'w'): tf.Variable => tf.tidy(() => tf.variable(tf.tensor1d([0, 0]), true, name));

function step(optimizer: tf.Optimizer, variables: readonly tf.Variable[], size = 4): void {
  tf.tidy(() => {
    optimizer.applyGradients(Object.fromEntries(variables.map(({ name }) => [name, tf.tensor1d([size, 0])])));
  });
}

const numbersIn = ({ state }: ClippedOptimizer): Record<string, number[]> =>
  Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, [...tensor.dataSync()]]));

it('clips with the new strategy from the next step', async () => {
  const w = variable();
  const optimizer = clipOptimizer(tf.train.sgd(1), none());
  step(optimizer, [w]);
  optimizer.strategy = globalNorm({ maxNorm: 1 });
  expect(optimizer.strategy.options).toMatchObject({ maxNorm: 1 });
  step(optimizer, [w]);
  expect(w.dataSync()[0]).toBe(-5);
  expect(await optimizer.records()).toMatchObject([
    { step: 0, clipped: false },
    { step: 1, clipped: true },
  ]);
});

describe('the state', () => {
  const kept: [about: string, before: ClippingStrategy, after: ClippingStrategy][] = [
    ['other options', adaptivePercentile({ window: 5 }), adaptivePercentile({ window: 5, percentile: 10 })],
    ['other options inside', chain(emaRatio(), perValue()), chain(emaRatio({ ratio: 3 }), perValue({ maxAbs: 9 }))],
    [
      'another schedule',
      scheduled(emaRatio, { ratio: { kind: 'constant', value: 2 } }),
      scheduled(emaRatio, { ratio: { kind: 'linear', from: 2, to: 3, steps: 9 } }),
    ],
  ];
  it.each(kept)('is kept with %s', (_about, before, after) => {
    const w = variable();
    const optimizer = clipOptimizer(tf.train.sgd(1), before);
    for (const size of [1, 2, 3]) step(optimizer, [w], size);
    const state = numbersIn(optimizer);
    expect(Object.keys(state)).not.toHaveLength(0);
    optimizer.strategy = after;
    expect(numbersIn(optimizer)).toEqual(state);
  });

  const anew: [about: string, before: ClippingStrategy, after: ClippingStrategy][] = [
    ['another shape', adaptivePercentile({ window: 5 }), adaptivePercentile({ window: 6 })],
    ['other entries', adaptivePercentile({ window: 5 }), adaptivePercentile({ window: 5, scope: 'variable' })],
    ['another id', emaRatio(), zClip()],
    ['another id of the same shapes', emaRatio(), { ...emaRatio(), id: 'mine' }],
    ['another strategy inside', chain(perValue(), emaRatio()), chain(none(), emaRatio())],
    ['none', emaRatio(), none()],
  ];
  it.each(anew)('starts anew with %s, without a leak', (_about, before, after) => {
    const tensors = tf.memory().numTensors;
    const w = variable();
    const optimizer = clipOptimizer(tf.train.sgd(1), before);
    for (const size of [1, 2, 3]) step(optimizer, [w], size);
    const fresh = clipOptimizer(tf.train.sgd(1), after);
    optimizer.strategy = after;
    expect(optimizer.state).toEqual({});
    step(optimizer, [w]);
    step(fresh, [w]);
    expect(numbersIn(optimizer)).toEqual(numbersIn(fresh));
    expect(optimizer.iterations).toBe(4);
    optimizer.dispose();
    fresh.dispose();
    tf.disposeVariables();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('is kept for variables whose gradients come later', () => {
    const [v, w] = [variable('v'), variable('w')];
    const optimizer = clipOptimizer(tf.train.sgd(1), emaRatio());
    step(optimizer, [v, w]);
    const state = numbersIn(optimizer);
    optimizer.strategy = emaRatio({ ratio: 9 });
    step(optimizer, [v]);
    expect(numbersIn(optimizer)).toMatchObject(
      Object.fromEntries(Object.entries(state).filter(([name]) => name.endsWith('/w'))),
    );
  });

  it('stays as it was when the new strategy fails', () => {
    const w = variable();
    const optimizer = clipOptimizer(tf.train.sgd(1), emaRatio());
    step(optimizer, [w]);
    const state = numbersIn(optimizer);
    const failing: ClippingStrategy = {
      ...none(),
      init: () => {
        throw new TypeError('no');
      },
    };
    expect(() => {
      optimizer.strategy = failing;
    }).toThrow('`none` failed when it created its state: no');
    expect(optimizer.strategy.id).toBe('ema-ratio');
    expect(numbersIn(optimizer)).toEqual(state);
  });
});

it('refuses what is not a strategy', () => {
  const optimizer = clipOptimizer(tf.train.sgd(1), none());
  expect(() => {
    optimizer.strategy = globalNorm as never;
  }).toThrow('`optimizer.strategy`');
  optimizer.dispose();
  expectError(
    () => {
      optimizer.strategy = none();
    },
    'bad-state',
    'This ClippedOptimizer was disposed; create a new one.',
  );
});

it('is saved as it is then, and training resumes bit-identical', async () => {
  const run = async (between: (net: tf.LayersModel) => Promise<tf.LayersModel>): Promise<number[][]> => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), emaRatio());
    let net = model();
    net.compile({ optimizer, loss: 'meanSquaredError' });
    await train(net, 3);
    optimizer.strategy = chain(perValue({ maxAbs: 0.2 }), adaptivePercentile({ window: 5 }));
    await train(net, 3);
    net = await between(net);
    expect((net.optimizer as ClippedOptimizer).strategy.id).toBe('chain');
    await train(net, 6);
    return weightsOf(net);
  };
  expect(await run(reloaded)).toEqual(await run((net) => Promise.resolve(net)));
});

it.each([
  [5, 2],
  [6, 1],
])('compares a state that was loaded and not used yet: a window of %i holds %i norms', async (window, norms) => {
  const w = variable();
  const first = clipOptimizer(tf.train.sgd(1), adaptivePercentile({ window: 5 }));
  step(first, [w]);
  const second = ClippedOptimizer.fromConfig<ClippedOptimizer>(ClippedOptimizer, first.getConfig());
  await second.setWeights(await first.getWeights());
  second.strategy = adaptivePercentile({ window });
  step(second, [w]);
  expect(second.state['filled/global']?.dataSync()[0]).toBe(norms);
});

it('compares a loaded state whose variables are not known at the next step', async () => {
  const w = variable();
  const first = clipOptimizer(tf.train.sgd(1), adaptivePercentile({ window: 5 }));
  step(first, [w]);
  const second = clipOptimizer(tf.train.sgd(1), adaptivePercentile({ window: 5 }));
  await second.setWeights(await first.getWeights());
  second.strategy = adaptivePercentile({ window: 5, percentile: 10 });
  step(second, [w]);
  expect(second.state['filled/global']?.dataSync()[0]).toBe(2);
});

it('warns about the clip rate of the new strategy', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const w = variable();
  const optimizer = clipOptimizer(tf.train.sgd(0), none());
  for (let time = 0; time < 150; time += 1) step(optimizer, [w]);
  optimizer.strategy = perValue({ maxAbs: 1 });
  for (let time = 0; time < 200; time += 1) step(optimizer, [w]);
  expect(warn.mock.calls.map(([message]) => String(message))).toEqual([
    expect.stringContaining('per-value({ maxAbs: 1 }) clipped 200 of the last 200 steps'),
  ]);
  warn.mockRestore();
});
