import * as tf from '@tensorflow/tfjs';
import { accumulated, clipOptimizer, ClippedOptimizer } from 'gradclip';
import { accelerate, clipBackprop } from 'gradclip/recurrent';
import { adaGc, adaptivePercentile, elementSpike, none } from 'gradclip/strategies';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { data } from './model-gradients.ts';

const rebuilders: [string, (model: tf.LayersModel) => tf.LayersModel][] = [
  ['accelerate', accelerate],
  ['clipBackprop', (model) => clipBackprop(model, { maxNorm: Infinity })],
];
const optimizers: [string, () => tf.Optimizer][] = [
  ['Adam without clipping', () => tf.train.adam(0.05)],
  ['Momentum without clipping', () => tf.train.momentum(0.05, 0.9)],
  ['a clipped Adam', () => clipOptimizer(tf.train.adam(0.05), adaGc({ warmup: 2, ratio: 1.05 }))],
  [
    // Uphill the norms grow, so thresholds from earlier steps clip.
    'one threshold per layer',
    () => clipOptimizer(tf.train.sgd(-0.1), adaptivePercentile({ percentile: 10, scope: 'layer' })),
  ],
  ['state per element', () => clipOptimizer(tf.train.momentum(0.05, 0.9), elementSpike({ threshold: 1.1, warmup: 2 }))],
  ['clipping twice', () => clipOptimizer(clipOptimizer(tf.train.adam(0.05), adaGc({ warmup: 2 })), none())],
  // Three of four steps are pending when the model changes over.
  ['an average of steps', () => accumulated(clipOptimizer(tf.train.adam(0.05), adaGc()), { steps: 4 })],
];

/** A compiled model whose weights are the same in every call. */
function compiled(optimizer: tf.Optimizer): tf.LayersModel {
  const seeded = (seed: number): object => {
    const uniform = (): tf.layers.Layer => tf.initializers.glorotUniform({ seed }) as never;
    return { kernelInitializer: uniform(), recurrentInitializer: uniform() };
  };
  const frozen = tf.layers.dense({ units: 3, inputShape: [6, 3], ...seeded(1), trainable: false });
  const layers = [frozen, tf.layers.lstm({ units: 4, ...seeded(2) }), tf.layers.dense({ units: 1, ...seeded(3) })];
  const model = tf.sequential({ layers });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

async function train(model: tf.LayersModel, steps: number): Promise<number[]> {
  const [x, y] = data();
  for (let step = 0; step < steps; step += 1) await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => {
  tf.disposeVariables();
});

describe.each(rebuilders)('%s', (_, rebuild) => {
  it.each(optimizers)('continues the training of a model with %s', async (_name, optimizer) => {
    const model = compiled(optimizer());
    await train(model, 7);
    const rebuilt = rebuild(model);
    const reference = compiled(optimizer());
    await train(reference, 7);
    const expected = await train(reference, 3);
    const actual = await train(rebuilt, 3);
    actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));

    const restarted = compiled(optimizer());
    await train(restarted, 7);
    restarted.compile({ optimizer: optimizer(), loss: 'meanSquaredError' });
    const other = await train(restarted, 3);
    expect(Math.max(...other.map((value, index) => Math.abs(value - expected[index]!)))).toBeGreaterThan(1e-3);
  });

  it('keeps the state of every variable once, and saves it', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), adaGc());
    const model = compiled(optimizer);
    await train(model, 2);
    const count = Object.keys(optimizer.state).length;
    const rebuilt = rebuild(model);
    const { numTensors } = tf.memory();
    await train(rebuilt, 2);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(Object.keys(optimizer.state)).toHaveLength(count);
    const names = rebuilt.trainableWeights.map((weight) => (weight.read() as tf.Variable).name);
    expect(JSON.parse(optimizer.getConfig().clipping)).toMatchObject({ order: names });
    expect(optimizer).toBeInstanceOf(ClippedOptimizer);
  });

  it('lets the old model be disposed', async () => {
    const optimizer = clipOptimizer(tf.train.adam(0.05), adaGc({ warmup: 2, ratio: 1.05 }));
    const model = compiled(optimizer);
    await train(model, 7);
    const rebuilt = rebuild(model);
    model.dispose();
    const reference = compiled(clipOptimizer(tf.train.adam(0.05), adaGc({ warmup: 2, ratio: 1.05 })));
    const expected = await train(reference, 8);
    (await train(rebuilt, 1)).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
  });
});
