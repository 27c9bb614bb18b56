// Saving and loading in the middle of training must not be seen in a single bit of the weights.
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

/** Ten steps, a pause or a file between them, and 20 more. */
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

  it.each(SAVABLE)('%s with a chain goes on from a file as if nothing had been', async (name) => {
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
    'adam under adaptive-percentile of scope %s goes on as if nothing had been',
    async (scope) => {
      const whole = await trained(clipOptimizer(tf.train.adam(0.05), percentile(scope)), uninterrupted);
      const resumed = await trained(clipOptimizer(tf.train.adam(0.05), percentile(scope)), reloaded);
      expect(resumed.weights).toEqual(whole.weights);
    },
  );
});

describe('a file', () => {
  it('that is itself loaded and saved again goes on as if nothing had been', async () => {
    const make = () => clipOptimizer(tf.train.adam(0.05), both());
    const whole = await trained(make(), uninterrupted);
    const resumed = await trained(make(), async (net) => reloaded(await reloaded(net)));
    expect(resumed.weights).toEqual(whole.weights);
  });

  it('written before the first step begins as a new model would', async () => {
    const fresh = async (between: (net: tf.LayersModel) => Promise<tf.LayersModel>): Promise<number[][]> => {
      const net = model();
      net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), both()), loss: 'meanSquaredError' });
      const next = await between(net);
      await train(next, 4);
      return weightsOf(next);
    };
    expect(await fresh(reloaded)).toEqual(await fresh((net) => Promise.resolve(net)));
  });

  it('brings back strategy, options, learning rate, and a layer called my_lstm_1 with its own threshold', async () => {
    const strategy = perLayer({ maxNorm: Infinity, layers: { my_lstm_1: 0.01, 'he*': Infinity } });
    const options = { onNonFinite: 'zero', maxConsecutiveNonFinite: Infinity, window: 5 } as const;
    const make = () => clipOptimizer(tf.train.momentum(0.1, 0.9), strategy, options);
    const whole = await trained(make(), uninterrupted);
    const net = await trained(make(), async (given) => {
      (given.optimizer as unknown as ClippedOptimizer).learningRate = 0.1;
      return reloaded(given);
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

  it('of a wrapper around a wrapper brings back both memories', async () => {
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
    'survives a layer frozen after loading and freed later, with memory of scope %s',
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
      // And where the old model is gone, so that the saved names stand for no variable.
      const alone = await run(async (net) => {
        const file = await saved(net);
        net.dispose();
        return loaded(file);
      });
      expect(alone).toEqual(whole);
    },
  );

  it('of adamax cannot be written, and the error says what can', async () => {
    const net = model();
    net.compile({ optimizer: clipOptimizer(tf.train.adamax(0.05), none()), loss: 'meanSquaredError' });
    await train(net, 1);
    await expectRejection(
      saved(net),
      'not-serializable',
      'tfjs cannot save the memory of Adamax. Save the model without `includeOptimizer`, ' +
        'or train with one that it can save: adam, rmsprop, momentum, adagrad, adadelta or sgd.',
    );
  });
});
