// A model saved after any step and loaded again ends where one that was never interrupted does, bit for bit.
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
import { originalName } from '../../src/core/names.ts';
import { onBackend } from '../../src/testing/backends.ts';
import { loaded, model, optimizerCalled, SAVABLE, saved, weightsOf } from '../support/fixtures.ts';
import type { Row } from './figures.ts';

/** What is saved and loaded. */
export interface Resumed {
  readonly title: string;
  make(this: void): tf.Optimizer;
}

const both = (): ClippingStrategy =>
  chain(
    perValue({ maxAbs: 2 }),
    adaptivePercentile({ percentile: 60, window: 7, scope: 'variable' }),
    zClip({ warmup: 5 }),
  );

/** Strategies with a memory, warm within a few steps. */
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

// Makes NaN of small gradients in tfjs, after which every step is skipped and nothing is left to compare.
const CENTERED = 'rmsprop, centered';

/** Every optimizer that tfjs can save under one strategy, and every strategy with a memory under one optimizer. */
export const CASES: readonly Resumed[] = [
  ...SAVABLE.filter((name) => name !== CENTERED).map((name) => ({
    title: `${name}, chain`,
    make: () => clipOptimizer(optimizerCalled(name), both()),
  })),
  ...Object.entries(STRATEGIES).map(([id, make]) => ({
    title: `adam, ${id}`,
    make: () => clipOptimizer(optimizerCalled('adam'), make()),
  })),
  {
    title: 'adam, z-clip, accumulated over 3',
    make: () => accumulated(clipOptimizer(optimizerCalled('adam'), zClip({ warmup: 3 })), { steps: 3 }),
  },
];

/** Trains for so many steps, saves after every `every`th, and goes on from each file to the end. */
export function resumeEverywhere(
  backend: string,
  cases: readonly Resumed[],
  { steps, every }: { readonly steps: number; readonly every: number },
): Promise<Row[]> {
  return onBackend(backend, async () => {
    const rows: Row[] = [];
    for (const { title, make } of cases) {
      const optimizer = make();
      const whole = model();
      whole.compile({ optimizer, loss: 'meanSquaredError' });
      const files = new Map<number, tf.io.ModelArtifacts>();
      for (let step = 0; step < steps; step += 1) {
        if (step % every === 0) files.set(step, await saved(whole));
        await train(whole, step, step + 1);
      }
      const expected = numbersOf(whole);
      if (!weightsOf(whole).flat().every(Number.isFinite)) throw new Error(`${title} on ${backend}: trained to NaN`);
      for (const [step, file] of files) {
        const again = await loaded(file);
        await train(again, step, steps);
        const place = differsAt(expected, numbersOf(again));
        if (place !== undefined) throw new Error(`${title} on ${backend}, resumed at step ${step}: ${place} differs`);
        again.optimizer.dispose();
        again.dispose();
      }
      optimizer.dispose();
      whole.dispose();
      rows.push({ backend, 'optimizer, strategy': title, 'resumed at': files.size, 'numbers that differ': 0 });
    }
    return rows;
  });
}

/** Trains on batches that differ from step to step, now and then on one whose gradient is a spike. */
async function train(net: tf.LayersModel, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step += 1) {
    // From 1 on: tfjs takes a seed of 0 for none.
    const [x, y] = tf.tidy(() => [
      tf.randomNormal([4, 2, 3], 0, 1, 'float32', 2 * step + 1),
      tf.randomNormal([4, 1], 0, step % 9 === 4 ? 40 : 2, 'float32', 2 * step + 2),
    ]);
    await net.trainOnBatch(x, y);
    tf.dispose([x, y]);
  }
}

type Named = readonly (readonly [string, readonly number[]])[];

/** Weights, and what every wrapper remembers. */
function numbersOf(net: tf.LayersModel): Named {
  const weights = weightsOf(net).map((values, place) => [`weight ${place}`, values] as const);
  const memories: (readonly [string, readonly number[]])[] = [];
  let optimizer: unknown = net.optimizer;
  // `instanceof` answers true for any optimizer of tfjs.
  if (net.optimizer.getClassName() === AccumulatedOptimizer.className) {
    const { pending, inner } = optimizer as AccumulatedOptimizer;
    memories.push(['steps averaged', [pending]]);
    optimizer = inner;
  }
  const { state } = optimizer as ClippedOptimizer;
  // The variables of a model that is loaded beside the old one have numbered names.
  const entries = Object.entries(state).map(([name, one]) => [originalName(name), Array.from(one.dataSync())] as const);
  memories.push(...entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  return [...weights, ...memories];
}

function differsAt(expected: Named, received: Named): string | undefined {
  if (expected.length !== received.length) return 'the number of tensors';
  const place = expected.findIndex(
    ([name, values], at) =>
      received[at]?.[0] !== name || values.some((value, element) => !Object.is(value, received[at]?.[1][element])),
  );
  return expected[place]?.[0];
}
