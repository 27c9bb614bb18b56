// Wrappers inside wrappers: what one outside skips, none inside may notice, whether the host decides or the device.
import * as tf from '@tensorflow/tfjs';
import {
  accumulated,
  type AccumulatedOptimizer,
  clipOptimizer,
  isClipped,
  scheduled,
  type ClippedOptimizer,
  type ClipStats,
} from 'gradclip';
import { adaptivePercentile, emaRatio, globalNorm, none, spikeSkip } from 'gradclip/strategies';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEVICE, onBackend } from '../../../src/testing/backends.ts';

type Wrapped = AccumulatedOptimizer | ClippedOptimizer;

const WRAPPERS: Readonly<Record<string, (inner: tf.Optimizer) => Wrapped>> = {
  clipped: (inner) => clipOptimizer(inner, emaRatio({ ratio: 1.5, decay: 0.5 }), { onNonFinite: 'propagate' }),
  scheduled: (inner) =>
    clipOptimizer(inner, scheduled(globalNorm, { maxNorm: { kind: 'linear', from: 3, to: 0.1, steps: 9 } })),
  accumulated: (inner) => accumulated(inner, { steps: 2 }),
  'accumulated by 3': (inner) => accumulated(inner, { steps: 3 }),
  skipping: (inner) => clipOptimizer(inner, adaptivePercentile({ window: 4 }), { onNonFinite: 'skip' }),
  'skipping spikes': (inner) => clipOptimizer(inner, spikeSkip({ decay: 0.5, minWeight: 0.1, maxSigma: 1 })),
};
// Bad steps at the beginning, alone, in a row and at the end; `b` is sometimes absent.
const STEPS = [NaN, 0.1, 0.3, 0.2, Infinity, 0.1, 50, 0.2, 0.1, NaN, NaN, 0.3, 0.2, 60, 0.1, 0.2, 0.4, NaN];

interface Outcome {
  readonly weights: number[][];
  readonly iterations: number;
  readonly states: Record<string, number[]>[];
  readonly pending: number[];
  readonly stats: ClipStats[];
  readonly leaked: number;
}

function layersOf(optimizer: tf.Optimizer): Wrapped[] {
  if (!isClipped(optimizer) && !(optimizer.getClassName() === 'AccumulatedOptimizer')) return [];
  const wrapped = optimizer as Wrapped;
  return [wrapped, ...layersOf(wrapped.inner)];
}

/** Trains two variables with `make()` on a backend; with `resumeAt` through a saved optimizer. */
function trainOn(backend: string, make: () => Wrapped, resumeAt?: number): Promise<Outcome> {
  return onBackend(backend, async () => {
    const tensors = tf.memory().numTensors;
    const variables = tf.tidy(() => [
      tf.variable(tf.tensor1d([1, 2]), true, 'a'),
      tf.variable(tf.tensor1d([3]), true, 'b'),
    ]);
    let optimizer = make();
    for (const [index, value] of STEPS.entries()) {
      if (index === resumeAt) {
        const weights = (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
        const { fromConfig } = optimizer.constructor as unknown as {
          fromConfig(cls: unknown, config: unknown): Wrapped;
        };
        const loaded = fromConfig(optimizer.constructor, JSON.parse(JSON.stringify(optimizer.getConfig())));
        await loaded.setWeights(weights);
        tf.dispose(weights.map(({ tensor }) => tensor));
        optimizer.dispose();
        optimizer = loaded;
      }
      tf.tidy(() => {
        const a = tf.tensor1d([value, value / 2]);
        optimizer.applyGradients(index % 3 === 1 ? { a } : { a, b: tf.tensor1d([-value]) });
      });
    }
    const layers = layersOf(optimizer);
    const outcome = {
      weights: variables.map((variable) => [...variable.dataSync()]),
      iterations: optimizer.iterations,
      states: layers.filter(isClipped).map(({ state }) => numbersOf(state)),
      pending: layers.flatMap((one) => (isClipped(one) ? [] : [one.pending])),
      stats: await Promise.all(layers.filter(isClipped).map((one) => one.stats())),
    };
    optimizer.dispose();
    tf.dispose(variables);
    return { ...outcome, leaked: tf.memory().numTensors - tensors };
  });
}

function numbersOf(state: Readonly<Record<string, tf.Tensor>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
}

/** Compares all numbers up to the rounding of float32; the two backends sum in another order. */
function expectSame(device: Outcome, host: Outcome): void {
  const numbers: number[] = [];
  const form = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, one: unknown) => {
        if (typeof one !== 'number') return one;
        numbers.push(one);
        return Number.isFinite(one) ? 'a number' : String(one);
      }),
    );
  expect(form(device)).toEqual(form(host));
  const half = numbers.length / 2;
  numbers.slice(0, half).forEach((value, index) => {
    const expected = numbers[half + index] as number;
    if (Number.isFinite(value)) expect(Math.abs(value - expected)).toBeLessThanOrEqual(2e-5 * Math.abs(expected));
  });
  expect([device.leaked, host.leaked]).toEqual([0, 0]);
}

const pairs = Object.keys(WRAPPERS).flatMap((outer) => Object.keys(WRAPPERS).map((inner) => [outer, inner] as const));

const make = (outer: string, inner: string) => (): Wrapped => WRAPPERS[outer]!(WRAPPERS[inner]!(tf.train.adam(0.1)));

it.each(pairs)('%s around %s trains on a device as on cpu', async (outer, inner) => {
  expectSame(await trainOn(DEVICE, make(outer, inner)), await trainOn('cpu', make(outer, inner)));
});

it.each(pairs)('%s around %s resumes on both backends bit for bit', async (outer, inner) => {
  for (const backend of ['cpu', DEVICE]) {
    const { weights, iterations, states, pending } = await trainOn(backend, make(outer, inner));
    const resumed = await trainOn(backend, make(outer, inner), 11);
    expect(resumed).toMatchObject({ weights, iterations, states, pending });
  }
});

it.each(pairs)('%s around %s, three deep, trains on a device as on cpu', async (outer, inner) => {
  const make = (): Wrapped => WRAPPERS['skipping spikes']!(WRAPPERS[outer]!(WRAPPERS[inner]!(tf.train.rmsprop(0.1))));
  expectSame(await trainOn(DEVICE, make), await trainOn('cpu', make));
});

describe.each(['cpu', DEVICE])('on %s', (backend) => {
  afterEach(() => {
    vi.restoreAllMocks();
    tf.disposeVariables();
  });
  const finalWeight = (make: () => tf.Optimizer, gradients: readonly number[]): Promise<number> =>
    onBackend(backend, () => {
      const w = tf.tidy(() => tf.variable(tf.tensor1d([1]), true, 'w'));
      const optimizer = make();
      for (const value of gradients) optimizer.applyGradients({ w: tf.tensor1d([value]) });
      return w.dataSync()[0] as number;
    });

  it('an accumulator inside does not take in a step that is skipped for NaN', async () => {
    const make = () => clipOptimizer(accumulated(tf.train.sgd(1), { steps: 2 }), none(), { onNonFinite: 'skip' });
    expect(await finalWeight(make, [NaN, 0.25, 0.25, 0.25])).toBe(0.75);
  });

  it('an accumulator inside does not take in a spike', async () => {
    const spikes = spikeSkip({ decay: 0.5, minWeight: 0.1, maxSigma: 1 });
    const make = () => clipOptimizer(accumulated(tf.train.sgd(1), { steps: 2 }), spikes);
    expect(await finalWeight(make, [0.1, 0.1, 0.1, 0.1, 50, 0.1, 0.1])).toBeCloseTo(0.7, 6);
  });

  it('a skipped step advances `iterations` like any other', async () => {
    await onBackend(backend, () => {
      tf.tidy(() => tf.variable(tf.tensor1d([1]), true, 'w'));
      const optimizer = clipOptimizer(tf.train.adam(1), none(), { onNonFinite: 'skip' });
      for (const value of [1, NaN, 1]) optimizer.applyGradients({ w: tf.tensor1d([value]) });
      expect(optimizer.iterations).toBe(3);
    });
  });
});

it('reads nothing from the device and leaks nothing in a step of an accumulator inside', async () => {
  await onBackend(DEVICE, () => {
    const w = tf.tidy(() => tf.variable(tf.tensor1d([1, 2]), true, 'w'));
    const spikes = spikeSkip();
    const optimizer = clipOptimizer(accumulated(tf.train.adam(0.1), { steps: 2 }), spikes, { window: 0 });
    const step = (): void => tf.tidy(() => optimizer.applyGradients({ w: tf.tensor1d([1, NaN]) }));
    for (let index = 0; index < 4; index += 1) step();
    const before = tf.memory().numTensors;
    const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    for (let index = 0; index < 10; index += 1) step();
    expect(reads).not.toHaveBeenCalled();
    expect(tf.memory().numTensors).toBe(before);
    vi.restoreAllMocks();
    optimizer.dispose();
    w.dispose();
  });
});

it('an accumulator inside a skipping optimizer leaves a variable alone once it is frozen', async () => {
  const train = (backend: string): Promise<number[][]> =>
    onBackend(backend, () => {
      const variables = ['head', 'base'].map((name) => tf.tidy(() => tf.variable(tf.tensor1d([1]), true, name)));
      const inner = accumulated(tf.train.momentum(0.1, 0.9), { steps: 2 });
      const optimizer = clipOptimizer(inner, none(), { onNonFinite: 'skip' });
      for (let index = 0; index < 12; index += 1) {
        const head = tf.tensor1d([1]);
        optimizer.applyGradients(index < 4 ? { head, base: tf.tensor1d([2]) } : { head });
      }
      const weights = variables.map((variable) => [...variable.dataSync()]);
      tf.dispose(variables);
      return weights;
    });
  expect(await train(DEVICE)).toEqual(await train('cpu'));
});
