// A long training run must not grow: not in tensors or their bytes, and not in the heaps of JavaScript and WebAssembly.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { chain, clipOptimizer, type ClippedOptimizer } from 'gradclip';
import { adaptivePercentile, perValue, zClip } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { onBackend } from '../../../src/testing/backends.ts';

interface Usage {
  readonly tensors: number;
  readonly tensorBytes: number;
  /** JavaScript heap and typed arrays after garbage collection. */
  readonly heapBytes: number;
  readonly wasmBytes: number;
}

interface Training {
  train(steps: number): Promise<void>;
  dispose(): void;
}

const STEPS = 10_000;
const MEASUREMENTS = 20;
// Before the fifth measurement the window of records is not full, and wasm still grows.
const WARM_UP_MEASUREMENTS = 5;
// One step record takes more than this.
const MAX_HEAP_BYTES_PER_STEP = 50;
const BATCH = 4;
const BATCHES = 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  it.each(['fit', 'trainOnBatch', 'minimize'] as const)(`${STEPS} steps of %s do not use more memory`, (method) =>
    onBackend(backend, async () => {
      const strategy = chain(perValue({ maxAbs: 0.5 }), adaptivePercentile({ window: 50 }), zClip({ warmup: 10 }));
      let recorded = 0;
      const onStep = (): void => void (recorded += 1);
      const optimizer = clipOptimizer(tf.train.adam(1e-3), strategy, { window: 100, warnings: false, onStep });
      const training = method === 'minimize' ? trainVariables(optimizer) : trainLstm(optimizer, method);
      const usages: Usage[] = [];
      for (let measurement = 0; measurement < MEASUREMENTS; measurement += 1) {
        await training.train(STEPS / MEASUREMENTS);
        await optimizer.stats();
        collectGarbage();
        usages.push(measure());
      }
      expect(recorded).toBe(STEPS);
      training.dispose();
      optimizer.dispose();
      expectNoGrowth(usages.slice(WARM_UP_MEASUREMENTS));
    }),
  );
});

function trainLstm(optimizer: ClippedOptimizer, method: 'fit' | 'trainOnBatch'): Training {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ units: 4, inputShape: [3, 2], kernelInitializer: 'glorotUniform' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const x = tf.randomNormal([BATCHES * BATCH, 3, 2], 0, 1, 'float32', 1);
  const y = tf.randomNormal([BATCHES * BATCH, 1], 0, 3, 'float32', 2);
  const batches = Array.from(
    { length: BATCHES },
    (_, index) => [x.slice([index * BATCH], [BATCH]), y.slice([index * BATCH], [BATCH])] as const,
  );
  return {
    async train(steps) {
      if (method === 'fit') {
        await model.fit(x, y, { epochs: steps / BATCHES, batchSize: BATCH, verbose: 0 });
        return;
      }
      for (let step = 0; step < steps; step += 1) {
        const [xs, ys] = batches[step % BATCHES] as (typeof batches)[number];
        await model.trainOnBatch(xs, ys);
      }
    },
    dispose() {
      model.dispose();
      tf.dispose([x, y, ...batches.flat()]);
    },
  };
}

/** Trains two variables without a model. */
function trainVariables(optimizer: ClippedOptimizer): Training {
  const [w, b] = [tf.variable(tf.ones<tf.Rank.R2>([8, 8])), tf.variable(tf.zeros([8]))];
  const x = tf.randomNormal<tf.Rank.R2>([4, 8], 0, 1, 'float32', 3);
  return {
    train(steps) {
      for (let step = 0; step < steps; step += 1) {
        const scale = step % 50 === 0 ? 100 : 1;
        optimizer.minimize(() => tf.mul(tf.mean(tf.square(tf.add(tf.matMul(x, w), b))), scale), false, [w, b]);
      }
      return Promise.resolve();
    },
    dispose: () => tf.dispose([w, b, x]),
  };
}

function measure(): Usage {
  const { numTensors, numBytes } = tf.memory();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { wasm } = tf.backend() as { wasm?: { HEAPU8: Uint8Array } };
  return {
    tensors: numTensors,
    tensorBytes: numBytes,
    heapBytes: heapUsed + arrayBuffers,
    wasmBytes: wasm?.HEAPU8.buffer.byteLength ?? 0,
  };
}

function expectNoGrowth(usages: readonly Usage[]): void {
  for (const quantity of ['tensors', 'tensorBytes', 'wasmBytes'] as const)
    expect(new Set(usages.map((usage) => usage[quantity])).size, quantity).toBe(1);
  // Medians, because the engine may postpone a collection.
  const heap = usages.map(({ heapBytes }) => heapBytes);
  const third = Math.floor(heap.length / 3);
  const growth = median(heap.slice(-third)) - median(heap.slice(0, third));
  const steps = (STEPS / MEASUREMENTS) * (heap.length - third);
  expect(growth / steps, 'heap bytes per step').toBeLessThan(MAX_HEAP_BYTES_PER_STEP);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
