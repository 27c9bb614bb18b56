// Saves a model during training and loads it next to the original, so all its variables get new names. Training must
// continue bit-for-bit: the state of a strategy follows its variable.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClippedOptimizer } from 'gradclip';
import { StrategyRegistry } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, model, reloaded, train, weightsOf } from '../support/fixtures.ts';

const registry = new StrategyRegistry(allStrategies);

// Short warm-ups, so the state changes the result before and after saving.
const OPTIONS: Readonly<Record<string, object>> = {
  'ada-gc': { warmup: 6, warmupMaxNorm: 0.5, ratio: 1.1 },
  'adaptive-percentile': { percentile: 50, window: 8 },
  agc: { ratio: 0.1, exclude: ['head/kernel'] },
  'element-spike': { threshold: 2, decay: 0.9, warmup: 6 },
  'ema-ratio': { ratio: 1.05, decay: 0.9 },
  'spike-skip': { maxSigma: 0.5, decay: 0.8, minWeight: 0.5 },
  'z-clip': { warmup: 6, maxZ: 0.5, decay: 0.9 },
};

const ids = allStrategies.map(({ id }) => id);

async function trainModel(id: string, reload: boolean): Promise<{ net: tf.LayersModel; optimizer: ClippedOptimizer }> {
  let net: tf.LayersModel = model();
  const strategy = registry.create({ id, options: { ...OPTIONS[id] } });
  net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), strategy), loss: 'meanSquaredError' });
  await train(net, 10);
  if (reload) net = await reloaded(net);
  await train(net, 12);
  return { net, optimizer: net.optimizer as unknown as ClippedOptimizer };
}

describe.each(BACKENDS)('resuming on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  it.each(ids)('%s continues bit-for-bit after saving and loading', async (id) => {
    const uninterrupted = await trainModel(id, false);
    const resumed = await trainModel(id, true);
    expect(weightsOf(resumed.net)).toEqual(weightsOf(uninterrupted.net));
    const stateValues = ({ state }: ClippedOptimizer): number[][] =>
      Object.values(state).map((one) => Array.from(one.dataSync()));
    expect(stateValues(resumed.optimizer)).toEqual(stateValues(uninterrupted.optimizer));
    for (const { net, optimizer } of [uninterrupted, resumed]) {
      optimizer.dispose();
      net.dispose();
    }
  });
});
