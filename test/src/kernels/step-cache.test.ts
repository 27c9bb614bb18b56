import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../../src/kernels/arithmetic.ts';
import { clamp } from '../../../src/kernels/clamp.ts';
import { groupNorms } from '../../../src/kernels/group-norms.ts';
import { hostKernels } from '../../../src/kernels/host.ts';
import { withStepCache } from '../../../src/kernels/step-cache.ts';
import { opsKernels } from '../../../src/kernels/ops.ts';
import { normOnDevice } from '../../../src/kernels/norm-on-device.ts';
import { percentileByRank } from '../../../src/kernels/rank.ts';
import { plainArithmetic } from '../../../src/kernels/loops.ts';
import { benches } from './backends.ts';
import { use } from './bench.ts';
import * as oracle from './oracle.ts';

/** Creates kernels that record their passes over elements. */
function createRecordingKernels() {
  const passes: string[] = [];
  const arithmetic = Object.fromEntries(
    Object.entries(plainArithmetic).map(([name, pass]) => [
      name,
      typeof pass !== 'function'
        ? pass
        : (...args: unknown[]) => {
            passes.push(name);
            return (pass as (...args: unknown[]) => unknown)(...args);
          },
    ]),
  ) as unknown as Arithmetic;
  return { kernels: hostKernels(arithmetic), passes };
}

describe('the host kernels within a step', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('read each gradient once and do not read scaled gradients', () => {
    const { kernels, passes } = createRecordingKernels();
    tf.tidy(() => {
      const gradients = [tf.tensor1d([3, 4]), tf.tensor1d([12])];
      withStepCache(() => {
        kernels.finite(gradients);
        kernels.globalNorm(gradients, 2);
        const scaled = kernels.scale(gradients, tf.scalar(0.5));
        kernels.norms(gradients, 2);
        expect([...kernels.globalNorm(scaled, 2).dataSync()]).toEqual([6.5]);
        clamp(kernels, gradients, -13, 13);
        kernels.zeroNonFinite(scaled);
      });
    });
    expect(passes).toEqual(['sumOfSquares', 'sumOfSquares', 'scale', 'scale']);
  });

  it.each([
    { low: -1, high: 20, clamped: [-1, 5] },
    { low: -20, high: 1, clamped: [-5, 1] },
    { low: -20, high: 20, clamped: [-5, 5] },
  ])('clamp between $low and $high when they know the norm', ({ low, high, clamped }) => {
    const { kernels } = createRecordingKernels();
    tf.tidy(() =>
      withStepCache(() => {
        const gradients = [tf.tensor1d([-5, 5])];
        kernels.norms(gradients, 2);
        expect([...clamp(kernels, gradients, low, high)[0]!.dataSync()]).toEqual(clamped);
      }),
    );
  });

  it.each([
    ['a number', () => 1],
    ['a scalar', () => tf.scalar(1)],
    ['one limit for each norm', () => tf.tensor1d([1, 1])],
  ])('reduce a norm beyond float32 exactly to %s', (_, limits) => {
    const { kernels } = createRecordingKernels();
    tf.tidy(() =>
      withStepCache(() => {
        const gradients = [tf.fill([4], 3e38), tf.tensor1d([8])];
        const factors = kernels.limitFactors(kernels.norms(gradients, 2), limits()) as tf.Tensor1D;
        const [long, short] = kernels.scale(gradients, factors);
        for (const value of long!.dataSync()) expect(value).toBeCloseTo(0.5, 6);
        expect([...short!.dataSync()]).toEqual([1]);
      }),
    );
  });

  it('leave a norm beyond float32 as it is under the largest limit of float32', () => {
    const { kernels } = createRecordingKernels();
    tf.tidy(() =>
      withStepCache(() => {
        const norm = kernels.globalNorm([tf.fill([4], 3e38)], 2);
        expect([...kernels.limitFactors(norm, tf.scalar(3.4028234663852886e38)).dataSync()]).toEqual([1]);
      }),
    );
  });

  it('read gradients again in the next step and cache nothing outside a step', () => {
    const { kernels, passes } = createRecordingKernels();
    tf.tidy(() => {
      const gradients = [tf.tensor1d([3, 4])];
      withStepCache(() => kernels.norms(gradients, 2));
      withStepCache(() => kernels.norms(gradients, 2));
      kernels.norms(gradients, 2);
      kernels.norms(gradients, 2);
    });
    expect(passes).toHaveLength(4);
  });

  it('free the cached tensors when the step throws', () => {
    const before = tf.memory().numTensors;
    expect(() =>
      withStepCache(() =>
        tf.tidy(() => {
          opsKernels.norms([tf.tensor1d([1])], 2);
          throw new Error('mine');
        }),
      ),
    ).toThrow('mine');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('read a scaled tensor again when it is near the limits of float32', () => {
    const { kernels } = createRecordingKernels();
    tf.tidy(() => {
      withStepCache(() => {
        const x = [tf.tensor1d([2e38, 1e30])];
        expect(kernels.globalNorm(x, 2).dataSync()[0]).toBeGreaterThan(1e38);
        const grown = kernels.scale(x, tf.scalar(2));
        expect([...kernels.finite(grown).dataSync()]).toEqual([0]);
        const y = [tf.tensor1d([1e-30, 2e-30])];
        kernels.norms(y, 2);
        const vanished = kernels.scale(y, tf.scalar(1e-20));
        expect([...kernels.norms(vanished, 2).dataSync()]).toEqual([0]);
      });
    });
  });
});

describe.each(benches)('cached norms on $title', (bench) => {
  beforeAll(() => use(bench));

  it('are correct for tensors scaled by a common factor and then by one factor each', () => {
    const before = tf.memory().numTensors;
    const all = [oracle.numbers(50, 1), oracle.numbers(20, 2)];
    const given = tf.tidy(() =>
      withStepCache(() => {
        const kernels = bench.kernels();
        const x = all.map((values) => tf.tensor1d(values));
        // Each call has its own tidy, as the operations of the library do. Cached tensors must outlive it.
        for (const order of [1, 2, Infinity]) tf.tidy(() => kernels.norms(x, order));
        const twice = tf.tidy(() => [...kernels.scale(kernels.scale(x, tf.scalar(0.5)), tf.tensor1d([-3, 0.25]))]);
        return [1, 2, Infinity].map((order) => tf.tidy(() => [...kernels.norms(twice, order).dataSync()]));
      }),
    );
    [1, 2, Infinity].forEach((order, index) =>
      given[index]!.forEach((norm, tensor) => {
        const truth = oracle.norm(all[tensor]!, order) * [1.5, 0.125][tensor]!;
        expect(Math.abs(norm / truth - 1)).toBeLessThan(8 * bench.tolerance);
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the kernels of tfjs ops', () => {
  it.each(benches.filter(({ decidesOnHost }) => !decidesOnHost))(
    'read nothing back from the device on $title',
    async (bench) => {
      await use(bench);
      const reads: string[] = [];
      const prototype = tf.Tensor.prototype as unknown as Record<string, (this: tf.Tensor) => unknown>;
      const originals = ['dataSync', 'data', 'array', 'arraySync'].map((name) => [name, prototype[name]!] as const);
      for (const [name, original] of originals)
        prototype[name] = function () {
          reads.push(name);
          return original.call(this);
        };
      try {
        tf.tidy(() =>
          withStepCache(() => {
            const x = [tf.tensor1d([3, NaN]), tf.tensor2d([[1, 2]])];
            for (const order of [1, 2, 3, Infinity]) {
              opsKernels.norms(x, order);
              opsKernels.globalNorm(x, order);
              groupNorms(opsKernels, x, [0, 0], 1, order);
              normOnDevice(x[1]!, order, [0]);
            }
            opsKernels.finite(x);
            opsKernels.norms(opsKernels.scale(opsKernels.zeroNonFinite(x), tf.scalar(0.5)), 2);
            opsKernels.scale(x, tf.tensor1d([1, 2]));
            clamp(opsKernels, x, -1, 1);
            percentileByRank(tf.tensor1d([3, 1, 2]), tf.scalar(3), 90);
          }),
        );
      } finally {
        for (const [name, original] of originals) prototype[name] = original;
      }
      expect(reads).toEqual([]);
    },
  );
});
