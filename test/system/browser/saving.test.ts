import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, isClipped } from 'gradclip';
import { adaptivePercentile } from 'gradclip/strategies';
import { repairWasmBackend } from 'gradclip/wasm';
import { beforeEach, describe, expect, it } from 'vitest';
import { registerWasm } from './wasm-files.ts';

registerWasm();

const UNITS = 3;
const LENGTH = 4;

function made(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.simpleRNN({
        units: UNITS,
        inputShape: [LENGTH, 1],
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
        recurrentInitializer: tf.initializers.orthogonal({ seed: 2 }),
      }),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) }),
    ],
  });
  const optimizer = clipOptimizer(tf.train.momentum(0.1, 0.9), adaptivePercentile({ percentile: 50, window: 8 }));
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

async function train(model: tf.LayersModel, epochs: number): Promise<number[]> {
  const xs = tf.randomNormal([8, LENGTH, 1], 0, 1, 'float32', 4);
  const ys = tf.sum(xs, 1);
  await model.fit(xs, ys, { epochs, batchSize: 8, shuffle: false, verbose: 0 });
  tf.dispose([xs, ys]);
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  return weights.flatMap((values) => [...values]);
}

describe.each(['webgl', 'wasm'])('in a browser, on %s', (backend) => {
  beforeEach(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
    if (backend === 'wasm') repairWasmBackend();
  });

  it('a model saved to IndexedDB in mid-training resumes as if it had never stopped', async () => {
    const place = `indexeddb://gradclip-${backend}`;
    const straight = made();
    await train(straight, 3);
    const expected = await train(straight, 3);

    const first = made();
    await train(first, 3);
    await first.save(place, { includeOptimizer: true });
    const again = await tf.loadLayersModel(place);
    await tf.io.removeModel(place);
    const { optimizer } = again;
    if (!isClipped(optimizer)) throw new Error('The optimizer that was loaded does not clip.');
    expect(optimizer.iterations).toBe(3);
    expect(await train(again, 3)).toEqual(expected);
    for (const model of [straight, first, again]) model.dispose();
  });
});
