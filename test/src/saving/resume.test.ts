// Saving and loading in the middle of training leaves every weight bit-identical.
import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, isClipped, type ClippedOptimizer, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, globalNorm, none, perLayer, perValue } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BACKENDS,
  expectRejection,
  loaded,
  model,
  optimizerCalled,
  reloaded,
  SAVABLE,
  saved,
  train,
  weightsOf,
} from '../../support/fixtures.ts';

const percentile = (scope: 'global' | 'layer' | 'variable') => adaptivePercentile({ percentile: 60, window: 7, scope });
const both = (): ClippingStrategy =>
  chain(perValue({ maxAbs: 0.7 }), percentile('variable'), globalNorm({ maxNorm: 3 }));

/** Trains 10 steps, optionally saves and loads the model, and trains 20 more. */
async function trained(
  optimizer: tf.Optimizer,
  between: (net: tf.LayersModel) => Promise<tf.LayersModel> | tf.LayersModel,
): Promise<{ weights: number[][]; optimizer: ClippedOptimizer }> {
  let net: tf.LayersModel = model();
  net.compile({ optimizer, loss: 'meanSquaredError' });
  await train(net, 10);
  net = await between(net);
  await train(net, 20);
  return { weights: weightsOf(net), optimizer: net.optimizer as unknown as ClippedOptimizer };
}

const uninterrupted = (net: tf.LayersModel): tf.LayersModel => net;

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  it.each(SAVABLE)('resumes %s with a chain bit-identical', async (name) => {
    const whole = await trained(clipOptimizer(optimizerCalled(name), both()), uninterrupted);
    const resumed = await trained(clipOptimizer(optimizerCalled(name), both()), reloaded);
    expect(resumed.weights).toEqual(whole.weights);
    expect(whole.weights.flat().every(Number.isFinite)).toBe(true);
    expect(resumed.optimizer.iterations).toBe(30);
    const numbers = ({ state }: ClippedOptimizer) => Object.values(state).map((one) => Array.from(one.dataSync()));
    expect(numbers(resumed.optimizer)).toEqual(numbers(whole.optimizer));
    expect(numbers(whole.optimizer)).not.toHaveLength(0);
  });

  it.each(['global', 'layer', 'variable'] as const)(
    'resumes adam with adaptive-percentile of scope %s bit-identical',
    async (scope) => {
      const whole = await trained(clipOptimizer(tf.train.adam(0.05), percentile(scope)), uninterrupted);
      const resumed = await trained(clipOptimizer(tf.train.adam(0.05), percentile(scope)), reloaded);
      expect(resumed.weights).toEqual(whole.weights);
    },
  );
});

describe('a saved model', () => {
  it('resumes bit-identical after a second round of loading and saving', async () => {
    const make = () => clipOptimizer(tf.train.adam(0.05), both());
    const whole = await trained(make(), uninterrupted);
    const resumed = await trained(make(), async (net) => reloaded(await reloaded(net)));
    expect(resumed.weights).toEqual(whole.weights);
  });

  it('that was saved before the first step trains like a new model', async () => {
    const fresh = async (between: (net: tf.LayersModel) => Promise<tf.LayersModel>): Promise<number[][]> => {
      const net = model();
      net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), both()), loss: 'meanSquaredError' });
      const next = await between(net);
      await train(next, 4);
      return weightsOf(next);
    };
    expect(await fresh(reloaded)).toEqual(await fresh((net) => Promise.resolve(net)));
  });

  it('restores strategy, options, learning rate and the threshold of a layer named my_lstm_1', async () => {
    const strategy = perLayer({ maxNorm: Infinity, layers: { my_lstm_1: 0.01, 'he*': Infinity } });
    const options = { onNonFinite: 'zero', maxConsecutiveNonFinite: Infinity, window: 5 } as const;
    const make = () => clipOptimizer(tf.train.momentum(0.1, 0.9), strategy, options);
    const whole = await trained(make(), uninterrupted);
    const net = await trained(make(), async (net) => {
      (net.optimizer as unknown as ClippedOptimizer).learningRate = 0.1;
      return reloaded(net);
    });
    expect(net.weights).toEqual(whole.weights);
    const { optimizer } = net;
    expect(isClipped(optimizer)).toBe(true);
    expect(optimizer.getClassName()).toBe('ClippedOptimizer');
    expect(optimizer.inner.getClassName()).toBe('Momentum');
    expect(optimizer.strategy.id).toBe('per-layer');
    expect(optimizer.strategy.options).toEqual(strategy.options);
    expect(optimizer.options).toEqual(options);
    expect(optimizer.learningRate).toBe(0.1);
    const without = clipOptimizer(tf.train.momentum(0.1, 0.9), perLayer({ maxNorm: Infinity }), options);
    expect((await trained(without, uninterrupted)).weights).not.toEqual(whole.weights);
  });

  it('restores the states of a wrapper around a wrapper', async () => {
    const make = () => clipOptimizer(clipOptimizer(tf.train.adam(0.05), percentile('layer')), percentile('variable'));
    const whole = await trained(make(), uninterrupted);
    const resumed = await trained(make(), reloaded);
    expect(resumed.weights).toEqual(whole.weights);
    const inner = resumed.optimizer.inner as ClippedOptimizer;
    expect([inner.getClassName(), inner.inner.getClassName()]).toEqual(['ClippedOptimizer', 'Adam']);
    expect(inner.state['filled/head']?.dataSync()[0]).toBe(7);
    expect(Object.keys(resumed.optimizer.state).filter((name) => name.startsWith('filled/'))).toHaveLength(5);
  });

  it.each(['global', 'layer', 'variable'] as const)(
    'resumes with a layer frozen after loading and unfrozen later, with state of scope %s',
    async (scope) => {
      const strategy = chain(perLayer({ layers: { my_lstm_1: 0.5 } }), percentile(scope));
      const run = async (between: (net: tf.LayersModel) => Promise<tf.LayersModel>): Promise<number[][]> => {
        const optimizer = clipOptimizer(tf.train.adam(0.05), strategy);
        let net: tf.LayersModel = model();
        net.compile({ optimizer, loss: 'meanSquaredError' });
        await train(net, 4);
        net = await between(net);
        for (const trainable of [false, true]) {
          net.layers[0]!.trainable = trainable;
          net.compile({ optimizer: net.optimizer, loss: 'meanSquaredError' });
          await train(net, 4);
        }
        return weightsOf(net);
      };
      const whole = await run((net) => Promise.resolve(net));
      expect(await run(reloaded)).toEqual(whole);
      // The same with the old model disposed, so that no variable has a saved name.
      const alone = await run(async (net) => {
        const file = await saved(net);
        net.dispose();
        return loaded(file);
      });
      expect(alone).toEqual(whole);
    },
  );

  it('cannot hold the state of adamax, and the error lists the optimizers that can be saved', async () => {
    const net = model();
    net.compile({ optimizer: clipOptimizer(tf.train.adamax(0.05), none()), loss: 'meanSquaredError' });
    await train(net, 1);
    await expectRejection(
      saved(net),
      'not-serializable',
      'tfjs cannot save the state of Adamax. Save the model without `includeOptimizer`, ' +
        'or train with adam, rmsprop, momentum, adagrad, adadelta or sgd.',
    );
  });
});
