// webgl as on many phones, with textures of half floats. A flag of tfjs selects them before the backend is created.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClippingStrategy } from 'gradclip';
import { globalNorm, allStrategies } from 'gradclip/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import { opsKernels } from '../../../src/kernels/ops.ts';
import { conditionsFor } from '../../support/laws/conditions.ts';

const LARGEST = 65504;

beforeAll(async () => {
  tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', false);
  tf.env().set('WEBGL_CPU_FORWARD', false);
  expect(await tf.setBackend('webgl')).toBe(true);
});

// An uploaded tensor may keep full floats; the output of a shader is a half float.
const half = (values: number[] | tf.Tensor1D): tf.Tensor1D => tf.mul(values, 1);

it('runs on textures that cannot hold a number above 65 504', () => {
  expect(half([1e5]).dataSync()[0]).not.toBe(1e5);
});

describe.each([1, 2, 3, Infinity])('a norm of order %d on half floats', (order) => {
  const normOf = (...tensors: tf.Tensor[]): number =>
    tf.tidy(() => opsKernels.globalNorm(tensors, order).dataSync()[0]!);
  const exact = (count: number, value: number): number => (order === Infinity ? value : value * count ** (1 / order));

  it.each([
    [3, 0.25],
    [4, 100],
    // Its square exceeds 65 504.
    [1, 1000],
    [2, 3e-5],
    // The sum of this many squares of 1 exceeds the range.
    [100_000, 0.01],
  ])('is right for %d elements of %d', (count, value) => {
    const norm = normOf(half(tf.fill([count], value)));
    expect(Math.abs(norm / exact(count, value) - 1)).toBeLessThan(0.01);
  });

  it('covers all tensors', () => {
    expect(Math.abs(normOf(half([30]), half([-30, 30])) / exact(3, 30) - 1)).toBeLessThan(0.005);
  });

  it('saturates at the largest half float when all elements are finite', () => {
    const norm = normOf(half(tf.fill([900], 60_000)));
    expect(norm).toBe(order === Infinity ? 60_000 : LARGEST);
  });

  it('is 0 for zeros, and not finite when an element is not', () => {
    expect(normOf(half([0, 0]))).toBe(0);
    for (const broken of [NaN, Infinity, 60_000 * 4]) expect(normOf(half([1, broken]))).not.toBeLessThan(Infinity);
  });
});

/** Returns how far one gradient of that many elements moves a weight, after thirty ordinary steps. */
function movedBy(spike: number, clipped: (sgd: tf.Optimizer) => tf.Optimizer): number {
  const shape: [number, number] = [8, 8];
  const optimizer = clipped(tf.train.sgd(0.1));
  const w = tf.variable(tf.zeros(shape), true, `w${tf.memory().numTensors}`);
  const step = (value: number): void =>
    tf.tidy(() => optimizer.applyGradients({ [w.name]: tf.reshape(half(tf.fill([64], value)), shape) }));
  for (let each = 0; each < 30; each++) step(0.1 + each / 1000);
  const before = w.dataSync()[0]!;
  step(spike);
  const after = w.dataSync()[0]!;
  w.dispose();
  return Math.abs(after - before);
}

describe('a gradient on half floats whose norm exceeds 65 504', () => {
  const unbounded = ['none', 'centralize'];

  it('moves the weights by 6000 without clipping', () => {
    expect(movedBy(60_000, (sgd) => sgd)).toBeGreaterThan(5900);
  });

  it.each(allStrategies.filter(({ id }) => !unbounded.includes(id)).map((factory) => [factory.id, factory] as const))(
    'is tamed by %s',
    (id, factory) => {
      const make = factory as unknown as (options: object) => ClippingStrategy;
      const strategy = make(conditionsFor(id).options ?? {});
      expect(movedBy(60_000, (sgd) => clipOptimizer(sgd, strategy))).toBeLessThan(1);
    },
  );

  it('is clipped to a length that exceeds the threshold by the same factor as its norm exceeds 65 504', () => {
    const times = (60_000 * 8) / LARGEST;
    const moved = movedBy(60_000, (sgd) => clipOptimizer(sgd, globalNorm({ maxNorm: 1 })));
    expect(Math.abs(moved / ((0.1 / 8) * times) - 1)).toBeLessThan(0.02);
  });
});

it('clips an ordinary step correctly', () => {
  const moved = movedBy(100, (sgd) => clipOptimizer(sgd, globalNorm({ maxNorm: 1 })));
  expect(Math.abs(moved / (0.1 / 8) - 1)).toBeLessThan(0.01);
});
