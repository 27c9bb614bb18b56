import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, ClippedOptimizer, type ClippingStrategy } from 'gradclip';
import { emaRatio, none } from 'gradclip/strategies';
import { beforeAll, expect, it } from 'vitest';

beforeAll(() => tf.setBackend('cpu'));

const variable = (name: string): tf.Variable => tf.variable(tf.zeros([2]), true, name);

function step(optimizer: tf.Optimizer, ...variables: tf.Variable[]): void {
  tf.tidy(() => {
    optimizer.applyGradients(Object.fromEntries(variables.map(({ name }) => [name, tf.tensor1d([3, 4])])));
  });
}

const fromSettings = (of: ClippedOptimizer): ClippedOptimizer =>
  ClippedOptimizer.fromConfig<ClippedOptimizer>(ClippedOptimizer, JSON.parse(JSON.stringify(of.getConfig())));

/** Saves after a step of some variables, frees them, and makes the optimizer anew. */
async function resumed(...names: string[]): Promise<ClippedOptimizer> {
  const optimizer = clipOptimizer(tf.train.sgd(0.1), emaRatio());
  const variables = names.map(variable);
  step(optimizer, ...variables);
  const again = fromSettings(optimizer);
  await again.setWeights(await optimizer.getWeights());
  optimizer.dispose();
  tf.dispose(variables);
  return again;
}

it('returns the record of the latest step synchronously', () => {
  const optimizer = clipOptimizer(tf.train.sgd(0.1), none());
  const w = variable('w');
  expect(optimizer.lastRecord).toBeUndefined();
  step(optimizer, w);
  expect(optimizer.lastRecord).toMatchObject({ step: 0, normBefore: 5, clipped: false });
  w.dispose();
});

it.each([
  [0, -1],
  [1, 0],
])('with a `skip` of %d from the strategy, changes a weight by %d', (skip, moved) => {
  const w = variable('w');
  const skipping: ClippingStrategy = {
    ...none(),
    clip: (gradients, state) => ({ gradients, state, skip: tf.scalar(skip) }),
  };
  tf.tidy(() => {
    clipOptimizer(tf.train.sgd(1), skipping).applyGradients({ w: tf.ones([2]) });
  });
  expect([...w.dataSync()].map(Math.round)).toEqual([moved, moved]);
  w.dispose();
});

it('lets a strategy keep the gradient and the variable that it received in its state', () => {
  const remembering: ClippingStrategy = {
    ...none(),
    init: () => ({ seen: tf.zeros([2]), about: tf.zeros([2]) }),
    clip: (gradients, _state, { parameters }) => ({
      gradients,
      state: { seen: gradients['w']!, about: parameters['w']! },
    }),
  };
  const optimizer = clipOptimizer(tf.train.sgd(0), remembering);
  const w = variable('w');
  for (const value of [1, 2]) {
    const gradient = tf.fill([2], value);
    optimizer.applyGradients({ w: gradient });
    expect(gradient.isDisposed).toBe(false);
    gradient.dispose();
    expect([...optimizer.state['seen']!.dataSync()]).toEqual([value, value]);
  }
  expect(w.isDisposed).toBe(false);
  optimizer.dispose();
  expect(w.isDisposed).toBe(false);
  w.dispose();
});

it('initializes the state of the strategy if only the config was loaded', () => {
  const first = clipOptimizer(tf.train.sgd(0.1), emaRatio());
  const w = variable('w');
  step(first, w);
  const second = fromSettings(first);
  step(second, w);
  expect(Object.keys(second.state)).toEqual(Object.keys(first.state));
  w.dispose();
});

it('resumes with a variable that did not exist when it was saved', async () => {
  const optimizer = await resumed('w');
  const [w, b] = [variable('w'), variable('b')];
  step(optimizer, w, b);
  expect(Object.keys(optimizer.state).filter((name) => name.endsWith('b')).length).toBeGreaterThan(0);
  tf.dispose([w, b]);
});

it('resumes before a variable of the saved state appears', async () => {
  const optimizer = await resumed('w', 'later');
  const w = variable('w');
  step(optimizer, w);
  const kept = Object.keys(optimizer.state).filter((name) => name.endsWith('later'));
  expect(kept.length).toBeGreaterThan(0);
  w.dispose();
});
