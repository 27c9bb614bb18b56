// A model saved after any step and loaded again ends with the same weights and state as one that was never interrupted.
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import {
  accumulated,
  AccumulatedOptimizer,
  chain,
  clipOptimizer,
  partition,
  scheduled,
  type ClippedOptimizer,
  type ClippingStrategy,
} from 'gradclip';
import {
  adaGc,
  adaptivePercentile,
  elementSpike,
  emaRatio,
  none,
  normGrowth,
  perValue,
  quantileTracking,
  spikeSkip,
  zClip,
} from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { originalName } from '../../../src/core/names.ts';
import { onBackend } from '../../../src/testing/backends.ts';
import { loaded, model, optimizerCalled, SAVABLE, saved, weightsOf } from '../../support/fixtures.ts';

const STEPS = 50;

const combined = (): ClippingStrategy =>
  chain(
    perValue({ maxAbs: 2 }),
    adaptivePercentile({ percentile: 60, window: 7, scope: 'variable' }),
    zClip({ warmup: 5 }),
  );

/** Strategies with state and a short warm-up. */
const STRATEGIES: Readonly<Record<string, () => ClippingStrategy>> = {
  none: () => none(),
  'ada-gc': () => adaGc({ warmup: 5 }),
  'adaptive-percentile': () => adaptivePercentile({ percentile: 60, window: 11, scope: 'layer' }),
  'element-spike': () => elementSpike({ threshold: 2, warmup: 5 }),
  'ema-ratio': () => emaRatio({ ratio: 1 }),
  'norm-growth': () => normGrowth(),
  'quantile-tracking': () => quantileTracking(),
  'spike-skip': () => spikeSkip({ maxSigma: 1 }),
  'z-clip': () => zClip({ maxZ: 0.5, warmup: 5 }),
  partition: () =>
    partition([{ match: 'my_lstm_1', strategy: zClip({ warmup: 3 }) }], { default: adaptivePercentile({ window: 5 }) }),
  scheduled: () =>
    scheduled(adaptivePercentile, { percentile: { kind: 'linear', from: 90, to: 10, steps: 40 }, window: 9 }),
};

// Small gradients become NaN in the centered RMSProp of tfjs, which then skips every step.
const WITHOUT_CENTERED = SAVABLE.filter((name) => name !== 'rmsprop, centered');

const CASES: readonly (readonly [string, () => tf.Optimizer])[] = [
  ...WITHOUT_CENTERED.map(
    (name) => [`${name} with a chain`, () => clipOptimizer(optimizerCalled(name), combined())] as const,
  ),
  ...Object.entries(STRATEGIES).map(
    ([id, make]) => [`adam with ${id}`, () => clipOptimizer(optimizerCalled('adam'), make())] as const,
  ),
  [
    'adam with z-clip, accumulated over 3 batches,',
    () => accumulated(clipOptimizer(optimizerCalled('adam'), zClip({ warmup: 3 })), { steps: 3 }),
  ],
];

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  it.each(CASES)('%s resumes exactly after every step', (_, makeOptimizer) =>
    onBackend(backend, async () => {
      const whole = model();
      whole.compile({ optimizer: makeOptimizer(), loss: 'meanSquaredError' });
      const checkpoints: tf.io.ModelArtifacts[] = [];
      for (let step = 0; step < STEPS; step += 1) {
        checkpoints.push(await saved(whole));
        await trainBetween(whole, step, step + 1);
      }
      const expected = valuesOf(whole);
      expect(weightsOf(whole).flat().every(Number.isFinite)).toBe(true);
      for (const [step, checkpoint] of checkpoints.entries()) {
        const resumed = await loaded(checkpoint);
        await trainBetween(resumed, step, STEPS);
        expect(valuesOf(resumed), `resumed at step ${step}`).toEqual(expected);
        dispose(resumed);
      }
      dispose(whole);
    }),
  );
});

/** Trains on batches that differ from step to step; one in nine has a large gradient. */
async function trainBetween(net: tf.LayersModel, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step += 1) {
    // Seeds start at 1, because tfjs treats a seed of 0 as none.
    const x = tf.randomNormal([4, 2, 3], 0, 1, 'float32', 2 * step + 1);
    const y = tf.randomNormal([4, 1], 0, step % 9 === 4 ? 40 : 2, 'float32', 2 * step + 2);
    await net.trainOnBatch(x, y);
    tf.dispose([x, y]);
  }
}

/** The weights, the state of the strategy by its original variable names, and the number of accumulated batches. */
function valuesOf(net: tf.LayersModel): object {
  let optimizer: unknown = net.optimizer;
  let pending: number | undefined;
  if (net.optimizer.getClassName() === AccumulatedOptimizer.className)
    ({ pending, inner: optimizer } = optimizer as AccumulatedOptimizer);
  const { state } = optimizer as ClippedOptimizer;
  const entries = Object.entries(state).map(([name, tensor]) => [originalName(name), Array.from(tensor.dataSync())]);
  return { weights: weightsOf(net), pending, state: Object.fromEntries(entries) as object };
}

function dispose(net: tf.LayersModel): void {
  net.optimizer.dispose();
  net.dispose();
}
