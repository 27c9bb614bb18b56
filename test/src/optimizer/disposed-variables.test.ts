// One optimizer that outlives its models frees what it kept of them, and a variable under an old name starts anew.
import * as tf from '@tensorflow/tfjs';
import { accumulated, chain, clipOptimizer, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, elementSpike, emaRatio, none, perLayer, perValue } from 'gradclip/strategies';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectError, model, optimizerCalled, OPTIMIZERS, train } from '../../support/fixtures.ts';

const rich = (): ClippingStrategy =>
  chain(
    emaRatio(),
    adaptivePercentile({ window: 9, scope: 'layer' }),
    elementSpike(),
    perLayer({ layers: { head: 1 } }),
    adaptivePercentile({ window: 9 }),
  );

const wrappers: Readonly<Record<string, (inner: tf.Optimizer) => tf.Optimizer>> = {
  clipOptimizer: (inner) => clipOptimizer(inner, rich()),
  'a wrapper in a wrapper': (inner) => clipOptimizer(clipOptimizer(inner, rich()), rich()),
  accumulated: (inner) => accumulated(inner, { steps: 3 }),
  'accumulated around clipOptimizer': (inner) => accumulated(clipOptimizer(inner, rich()), { steps: 3 }),
};

const variable = (name: string, values: readonly number[] = [1, 2]): tf.Variable =>
  tf.variable(tf.tensor1d([...values]), true, name);

function step(optimizer: tf.Optimizer, variables: readonly tf.Variable[], size = 0.3): void {
  tf.tidy(() => {
    optimizer.applyGradients(Object.fromEntries(variables.map((one) => [one.name, tf.fill(one.shape, size)])));
  });
}

beforeEach(() => tf.setBackend('cpu'));
afterEach(() => {
  tf.disposeVariables();
});

describe.each(Object.keys(wrappers))('%s', (name) => {
  const wrap = wrappers[name] as (inner: tf.Optimizer) => tf.Optimizer;

  it.each(Object.keys(OPTIMIZERS))('keeps no tensor of disposed models: %s', async (inner) => {
    const optimizer = wrap(optimizerCalled(inner));
    const counts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const net = model();
      net.compile({ optimizer, loss: 'meanSquaredError' });
      await train(net, 3);
      counts.push(tf.memory().numTensors);
      net.dispose();
    }
    expect(new Set(counts).size).toBe(1);
  });

  it('trains a variable under an old name as a variable under a new name', () => {
    const run = (second: string): number[] => {
      const optimizer = wrap(tf.train.momentum(0.1, 0.9));
      const [kept, gone] = [variable('kept/w'), variable('gone/w')];
      const also = variable('head/w');
      for (let time = 0; time < 7; time += 1) step(optimizer, [gone, kept, also], time);
      gone.dispose();
      // Of another shape, so that no state of the old one fits.
      const anew = variable(second, [3, 2, 1]);
      for (let time = 0; time < 9; time += 1) step(optimizer, [kept, anew, also], time);
      const values = [kept, anew].flatMap((one) => [...one.dataSync()]);
      tf.disposeVariables();
      return values;
    };
    expect(run('gone/w')).toEqual(run('other/w'));
  });
});

it('starts a variable of the same name and shape anew', () => {
  const optimizer = clipOptimizer(tf.train.momentum(1, 0.5), emaRatio());
  const first = variable('w', [0]);
  step(optimizer, [first], 1);
  step(optimizer, [first], 1);
  expect(first.dataSync()[0]).toBe(-2.5);
  first.dispose();
  const second = variable('w', [0]);
  step(optimizer, [second], 1);
  expect(second.dataSync()[0]).toBe(-1);
  expect(Object.values(optimizer.state).every((one) => !one.isDisposed)).toBe(true);
});

it('frees slots after all variables of the program were disposed, those of the optimizer included', () => {
  const optimizer = clipOptimizer(tf.train.momentum(1, 0.5), none());
  step(optimizer, [variable('v'), variable('w')]);
  tf.disposeVariables();
  const w = variable('w', [0]);
  step(optimizer, [w], 1);
  expect(w.dataSync()[0]).toBe(-1);
});

it('starts the whole state anew when the strategy refuses the variables that remain', () => {
  const picky: ClippingStrategy = {
    ...none(),
    init: (parameters) => {
      if (!('w' in parameters)) throw new TypeError('it needs w');
      return { sum: tf.scalar(0) };
    },
    clip: (gradients, { sum }) => ({ gradients, state: { sum: tf.add(sum as tf.Tensor, 1) } }),
  };
  const optimizer = clipOptimizer(tf.train.sgd(1), picky);
  const first = variable('w');
  step(optimizer, [first]);
  first.dispose();
  step(optimizer, [variable('w')]);
  expect(optimizer.state['sum']?.dataSync()[0]).toBe(1);
});

it('saves only variables that exist', async () => {
  const optimizer = clipOptimizer(tf.train.adam(0.1), emaRatio());
  const [v, w] = [variable('v'), variable('w')];
  step(optimizer, [v, w]);
  v.dispose();
  step(optimizer, [w]);
  expect(JSON.parse(optimizer.getConfig().clipping)).toMatchObject({ order: ['w'] });
  expect((await optimizer.getWeights()).map(({ name }) => name)).toEqual([
    ...['iter', 'w/m', 'w/v', 'clip0/accBeta1', 'clip0/accBeta2'],
    ...Object.keys(optimizer.state).map((name) => `clip0/state/${name}`),
    'clip0/step',
  ]);
});

describe('saved state of another shape', () => {
  it.each(['adam', 'momentum', 'rmsprop'])('is refused before any variable changes: %s', async (inner) => {
    const [small, large] = [variable('w', [1]), variable('large', [1, 2])];
    const saved = clipOptimizer(optimizerCalled(inner), perValue());
    step(saved, [small]);
    const optimizer = clipOptimizer(optimizerCalled(inner), perValue());
    await optimizer.setWeights(await saved.getWeights());
    expect(() => {
      step(optimizer, [large]);
    }).toThrow(
      /^The saved optimizer has `w\/\w+` of shape \[1\], but the variable has shape \[2\]\. Load it with the model it was saved with\.$/,
    );
    expect([...large.dataSync()]).toEqual([1, 2]);
  });

  it('is refused by accumulated', async () => {
    const first = variable('w', [1]);
    const saved = accumulated(tf.train.sgd(1), { steps: 2 });
    step(saved, [first]);
    const optimizer = accumulated(tf.train.sgd(1), { steps: 2 });
    await optimizer.setWeights(await saved.getWeights());
    first.dispose();
    const second = variable('w', [1, 2]);
    expectError(
      () => {
        step(optimizer, [second]);
      },
      'bad-state',
      'The saved optimizer has a sum of shape [1] for `w`, whose shape is [2]. Load it with the model it was saved with.',
    );
  });
});
