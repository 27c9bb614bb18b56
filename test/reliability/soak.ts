// A long training run, in which nothing may grow: tensors, their bytes, the heap of JavaScript, that of WebAssembly.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { chain, clipOptimizer, type ClippedOptimizer } from 'gradclip';
import { adaptivePercentile, perValue, zClip } from 'gradclip/strategies';
import { onBackend } from '../../src/testing/backends.ts';
import type { Row } from './figures.ts';

/** How a model is trained. */
export type Way = 'fit' | 'trainOnBatch' | 'minimize';

/** What is held at one moment, in tensors and bytes. */
interface Holding {
  readonly tensors: number;
  readonly tensorBytes: number;
  /** Of JavaScript, typed arrays included, after a garbage collection. */
  readonly heapBytes: number;
  readonly wasmBytes: number;
}

const CHECKPOINTS = 20;
// What is warmed up by then: records have filled their window, and wasm has grown as far as a step needs.
const WARM = 5;
// Below this number of steps, what V8 holds for itself drowns what a leak would add, and the heap is not looked at.
const ENOUGH_STEPS = 2000;
// A record of a step alone takes more than this.
const MOST_BYTES_A_STEP = 50;

const BATCH = 4;
const BATCHES = 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Trains for so many steps on a backend, and says what was held after a quarter and at the end. */
export function soak(backend: string, way: Way, steps: number): Promise<Row> {
  return onBackend(backend, async () => {
    const strategy = chain(perValue({ maxAbs: 0.5 }), adaptivePercentile({ window: 50 }), zClip({ warmup: 10 }));
    let told = 0;
    const optimizer = clipOptimizer(tf.train.adam(1e-3), strategy, {
      window: 100,
      warnings: false,
      onStep: () => (told += 1),
    });
    const training = way === 'minimize' ? bare(optimizer) : network(optimizer, way);
    const held: Holding[] = [];
    for (let checkpoint = 0; checkpoint < CHECKPOINTS; checkpoint += 1) {
      await training.train(steps / CHECKPOINTS);
      await optimizer.stats();
      if (steps >= ENOUGH_STEPS) collectGarbage();
      held.push(holding());
    }
    if (told !== steps) throw new Error(`${told} of ${steps} steps were recorded`);
    training.dispose();
    optimizer.dispose();
    return rowOf(`${backend}, ${way}`, steps, held);
  });
}

interface Training {
  train(steps: number): Promise<void>;
  dispose(): void;
}

/** A small LSTM. */
function network(optimizer: ClippedOptimizer, way: 'fit' | 'trainOnBatch'): Training {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ units: 4, inputShape: [3, 2], kernelInitializer: 'glorotUniform' }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const x = tf.randomNormal([BATCHES * BATCH, 3, 2], 0, 1, 'float32', 1);
  const y = tf.randomNormal([BATCHES * BATCH, 1], 0, 3, 'float32', 2);
  const batches = [...Array(BATCHES).keys()].map(
    (at) => [x.slice([at * BATCH], [BATCH]), y.slice([at * BATCH], [BATCH])] as const,
  );
  return {
    async train(steps) {
      if (way === 'fit') {
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

/** Two variables without a model. */
function bare(optimizer: ClippedOptimizer): Training {
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

function holding(): Holding {
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

function rowOf(training: string, steps: number, held: readonly Holding[]): Row {
  const [warm, end] = [held[WARM] as Holding, held.at(-1) as Holding];
  const all = (what: keyof Holding): number[] => held.slice(WARM).map((one) => one[what]);
  for (const what of ['tensors', 'tensorBytes', 'wasmBytes'] as const) {
    const values = new Set(all(what));
    if (values.size > 1) throw new Error(`${training}: ${what} went from ${warm[what]} to ${end[what]}`);
  }
  // Medians, since a collection may be put off.
  const heap = all('heapBytes');
  const span = Math.floor(heap.length / 3);
  const grown = median(heap.slice(-span)) - median(heap.slice(0, span));
  const perStep = grown / ((steps / CHECKPOINTS) * (heap.length - span));
  if (steps >= ENOUGH_STEPS && perStep > MOST_BYTES_A_STEP) {
    throw new Error(`${training}: the heap grew by ${perStep.toFixed(1)} bytes a step`);
  }
  return {
    training,
    steps,
    'tensors, a quarter in': warm.tensors,
    'at the end': end.tensors,
    'heap, a quarter in': megabytes(warm.heapBytes),
    'heap at the end': megabytes(end.heapBytes),
    'its slope, bytes a step': Number(perStep.toFixed(1)),
    'heap of wasm': megabytes(end.wasmBytes),
  };
}

function megabytes(bytes: number): string {
  return bytes === 0 ? '–' : `${(bytes / 1e6).toFixed(1)} MB`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
