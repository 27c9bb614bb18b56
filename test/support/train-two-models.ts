// Trains two models in random turns, each with its own wrapper, and compares them with models trained alone.
import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, type ClippedOptimizer, type ClippingStrategy } from 'gradclip';
import { adaptivePercentile, emaRatio, zClip } from 'gradclip/strategies';
import { onBackend } from '../../src/testing/backends.ts';
import { seededRandom } from '../../src/testing/random.ts';
import { model, weightsOf } from './fixtures.ts';

interface Setup {
  readonly makeOptimizer: () => tf.Optimizer;
  readonly dataSeed: number;
}

// Both models share one strategy, which is a value; their optimizers and data differ.
const SETUPS: readonly [Setup, Setup] = [
  { makeOptimizer: () => tf.train.adam(0.01), dataSeed: 1 },
  { makeOptimizer: () => tf.train.momentum(0.01, 0.9), dataSeed: 1000 },
];

interface Training {
  readonly net: tf.LayersModel;
  readonly optimizer: ClippedOptimizer;
  readonly dataSeed: number;
  step: number;
}

/** Disposes the first model halfway, and throws if either model differs from one trained alone or a tensor leaks. */
export function trainTwoModels(backend: string, steps: number): Promise<void> {
  return onBackend(backend, async () => {
    const strategy = chain(emaRatio(), adaptivePercentile({ window: 7, scope: 'variable' }), zClip({ warmup: 4 }));
    const tensorsBefore = tf.memory().numTensors;
    const half = steps / 2;
    const alone: { readonly half: string; readonly end: string }[] = [];
    for (const setup of SETUPS) {
      const training = start(setup, strategy);
      await trainTo(training, half);
      const atHalf = await snapshot(training);
      await trainTo(training, steps);
      alone.push({ half: atHalf, end: await snapshot(training) });
      dispose(training);
    }

    const random = seededRandom(steps);
    const [first, second] = [start(SETUPS[0], strategy), start(SETUPS[1], strategy)];
    while (first.step < half || second.step < half) {
      const next = random.chance(0.5) ? first : second;
      if (next.step < half) await trainTo(next, next.step + 1);
    }
    assertSame('the first model halfway', alone[0]?.half, await snapshot(first));
    assertSame('the second model halfway', alone[1]?.half, await snapshot(second));
    dispose(first);
    await trainTo(second, steps);
    assertSame('the second model after the first was disposed', alone[1]?.end, await snapshot(second));
    dispose(second);

    // `MomentumOptimizer.dispose` of tfjs leaks one scalar for each of the two momentum optimizers.
    const leaked = tf.memory().numTensors - tensorsBefore - 2;
    if (leaked !== 0) throw new Error(`${leaked} tensors leaked on ${backend}`);
  });
}

function start({ makeOptimizer, dataSeed }: Setup, strategy: ClippingStrategy): Training {
  const optimizer = clipOptimizer(makeOptimizer(), strategy, { warnings: false });
  const net = model();
  net.compile({ optimizer, loss: 'meanSquaredError' });
  return { net, optimizer, dataSeed, step: 0 };
}

async function trainTo(training: Training, end: number): Promise<void> {
  for (; training.step < end; training.step += 1) {
    const seed = training.dataSeed + 2 * training.step;
    const x = tf.randomNormal([4, 2, 3], 0, 1, 'float32', seed);
    const y = tf.randomNormal([4, 1], 0, training.step % 7 === 3 ? 20 : 1, 'float32', seed + 1);
    await training.net.trainOnBatch(x, y);
    tf.dispose([x, y]);
  }
}

/** Weights, state and records as text. */
async function snapshot({ net, optimizer }: Training): Promise<string> {
  const state = Object.values(optimizer.state).map((tensor) => Array.from(tensor.dataSync()));
  const records = (await optimizer.records()).map((record) => [record.normBefore, record.normAfter, record.clipped]);
  return JSON.stringify([weightsOf(net), state, records]);
}

function dispose({ net, optimizer }: Training): void {
  net.dispose();
  optimizer.dispose();
}

function assertSame(what: string, expected: string | undefined, received: string): void {
  if (received !== expected) throw new Error(`${what} differs from the same model trained alone`);
}
