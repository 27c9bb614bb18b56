import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { clampToRms, clipUnits, multiplyBroadcast, subtractUnitMeans } from 'gradclip/define';
import { DEVICE } from 'gradclip/testing';
import { describe, expect, it, beforeAll } from 'vitest';
import { wasmHeap } from '../../../src/kernels/heap.ts';
import { scaleUnits, unitNorms } from '../../../src/kernels/index.ts';
import { plainUnitPasses } from '../../../src/kernels/per-unit/loops.ts';
import { chunkMemory, heapMemory } from '../../../src/kernels/per-unit/pass-memory.ts';
import type { UnitPasses } from '../../../src/kernels/per-unit/passes.ts';
import { decodeBytes } from '../../../src/kernels/module.ts';
import * as bytes from '../../../src/kernels/per-unit/per-unit-bytes.ts';
import { agreesWithPlainUnitPasses } from '../../../src/kernels/per-unit/self-test.ts';
import { createSimdUnitPasses } from '../../../src/kernels/per-unit/simd-passes.ts';
import { sumsOf, withStepCache } from '../../../src/kernels/step-cache.ts';
import { onBackend } from '../../../src/testing/backends.ts';
import * as oracle from './oracle.ts';

const listOf = (x: tf.Tensor): number[] => [...x.dataSync<'float32'>()];

describe.each([
  { backend: 'wasm', memory: () => heapMemory(wasmHeap()) },
  { backend: 'cpu', memory: chunkMemory },
])('the SIMD passes per unit on $backend', ({ backend, memory }) => {
  let passes: UnitPasses;

  beforeAll(async () => {
    await tf.setBackend(backend);
    passes = createSimdUnitPasses(memory());
  });

  it('pass their self-test and leak no tensors', () => {
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    expect(agreesWithPlainUnitPasses(passes)).toBe(true);
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
  });

  it.each([
    [1, 1],
    [1, 5],
    [2, 3],
    [7, 1],
    [9, 4],
    [13, 30],
    [40, 64],
    // More than the chunk that is copied at once on cpu: of a block, a row or a column.
    [300, 100],
    [2, 20_000],
    [40_000, 1],
  ])('equal plain loops on [%i, %i], in two blocks, and write nothing after the last element', (rows, columns) => {
    const layout = { blocks: 2, rows, columns };
    const size = 2 * rows * columns;
    tf.tidy(() => {
      const x = tf.tensor1d(oracle.numbers(size, 1));
      const rms = tf.abs(tf.tensor1d(oracle.numbers(size, 2)));
      const perUnit = oracle.numbers(2 * columns, 3);
      const following = tf.ones([8]);
      for (const name of ['scale', 'subtract'] as const)
        expect(listOf(passes[name](x, perUnit, layout))).toEqual(listOf(plainUnitPasses[name](x, perUnit, layout)));
      for (const name of ['sums', 'squares'] as const) {
        const expected = plainUnitPasses[name](x, layout);
        const differences = passes[name](x, layout).map((sum, unit) => Math.abs(sum - expected[unit]!));
        expect(Math.max(...differences)).toBeLessThan(1e-9);
      }
      expect(listOf(passes.clampToMultiples(x, rms, 0.5))).toEqual(
        listOf(plainUnitPasses.clampToMultiples(x, rms, 0.5)),
      );
      for (const multiple of [0.5, 1e6]) {
        const [tracked, expected] = [passes, plainUnitPasses].map((one) => one.trackRms(x, rms, multiple, 0.9));
        expect(tracked!.exceeds).toBe(expected!.exceeds);
        const roots = listOf(expected!.rms);
        const differences = listOf(tracked!.rms).map((root, index) => Math.abs(root - roots[index]!) / roots[index]!);
        expect(Math.max(...differences)).toBeLessThan(3e-7);
      }
      expect(listOf(following)).toEqual(listOf(tf.ones([8])));
    });
  });

  it('sum many small blocks', () => {
    tf.tidy(() => {
      const layout = { blocks: 7000, rows: 5, columns: 1 };
      const x = tf.tensor1d(oracle.numbers(35_000, 1));
      const expected = plainUnitPasses.squares(x, layout);
      passes.squares(x, layout).forEach((sum, unit) => expect(sum).toBeCloseTo(expected[unit]!, 10));
    });
  });

  it('find an element that exceeds its limit at any index', () => {
    tf.tidy(() => {
      const ones = tf.ones([11]);
      const exceeds = (x: tf.Tensor, rms: tf.Tensor) =>
        [passes, plainUnitPasses].map((one) => one.trackRms(x, rms, 1, 0.5).exceeds);
      expect(exceeds(ones, ones)).toEqual([false, false]);
      for (let index = 0; index < 11; index += 1) {
        const spiked = tf.tensor1d(Array.from({ length: 11 }, (_, at) => (at === index ? -1.5 : 1)));
        expect(exceeds(spiked, ones)).toEqual([true, true]);
        // Where the rms is 0, no element exceeds it.
        const masked = tf.tensor1d(Array.from({ length: 11 }, (_, at) => (at === index ? 0 : 1)));
        expect(exceeds(spiked, masked)).toEqual([false, false]);
      }
    });
  });
});

describe('the SIMD passes per unit', () => {
  it.each([
    { what: 'wrong sums', broken: { sums: () => new Float64Array(80) } },
    { what: 'wrong squares', broken: { squares: () => new Float64Array(80) } },
    { what: 'a scaling that changes nothing', broken: { scale: (x: tf.Tensor) => x } },
    { what: 'a subtraction that changes nothing', broken: { subtract: (x: tf.Tensor) => x } },
    { what: 'limits that are never exceeded', broken: withExceeds(false) },
    { what: 'limits that are always exceeded', broken: withExceeds(true) },
    { what: 'a clamp that changes nothing', broken: { clampToMultiples: (x: tf.Tensor) => x } },
    {
      what: 'a root mean square that does not move',
      broken: {
        trackRms: (...[x, rms, multiple, decay]: Parameters<UnitPasses['trackRms']>) => ({
          ...plainUnitPasses.trackRms(x, rms, multiple, decay),
          rms,
        }),
      },
    },
  ])('fail their self-test for $what', ({ broken }) => {
    expect(agreesWithPlainUnitPasses({ ...plainUnitPasses, ...broken })).toBe(false);
  });

  // A data segment would overwrite the heap of tfjs when the module starts.
  it('come from a module without a data section', () => {
    const DATA_SECTION = 11;
    const sections = [...sectionsOf(decodeBytes(bytes.HEAD + bytes.BODY))];
    expect(sections).toContain(10);
    expect(sections).not.toContain(DATA_SECTION);
  });
});

describe.each(['cpu', 'wasm', DEVICE])('operations per unit on %s', (backend) => {
  it('scale along axes that lie apart or not, and treat axes of length 1 as either', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        for (const [shape, kept] of [
          [
            [2, 3, 4],
            [1, 3, 1],
          ],
          [
            [2, 3, 4],
            [2, 1, 4],
          ],
          [
            [2, 3, 4],
            [2, 3, 1],
          ],
          [
            [2, 1, 4],
            [1, 1, 1],
          ],
          [
            [1, 5],
            [1, 5],
          ],
          [
            [0, 3],
            [1, 3],
          ],
        ] as const) {
          const x = tf.tensor(oracle.numbers(tf.util.sizeFromShape([...shape]), 1), [...shape]);
          const factors = tf.tensor(oracle.numbers(tf.util.sizeFromShape([...kept]), 2), [...kept]);
          expect(scaleUnits(x, factors).arraySync()).toEqual(tf.mul(x, factors).arraySync());
        }
      });
    }));

  it('scale the other units where some factors are 1', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        expect(listOf(scaleUnits(tf.tensor2d([[2, 4, 6]]), tf.tensor2d([[1, 0.5, 2]])))).toEqual([2, 2, 12]);
      });
    }));

  it('subtract the mean along all axes but the last', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        expect(listOf(subtractUnitMeans(tf.tensor2d([1, 2, 3, 6], [2, 2])))).toEqual([-1, -2, 1, 2]);
        expect(listOf(subtractUnitMeans(tf.tensor3d([1, 2, 3, 6], [2, 2, 1])))).toEqual([-2, -1, 0, 3]);
        expect(listOf(subtractUnitMeans(tf.tensor1d([5, 7])))).toEqual([0, 0]);
      });
    }));

  it('return empty results for empty tensors', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const x = tf.zeros([0, 3]);
        expect(subtractUnitMeans(x).shape).toEqual([0, 3]);
        expect(subtractUnitMeans(tf.zeros([3, 0])).shape).toEqual([3, 0]);
        expect(listOf(unitNorms(x, [0], 2))).toEqual([0, 0, 0]);
        expect(listOf(unitNorms(tf.zeros([2, 0]), [1], 3))).toEqual([0, 0]);
        expect(multiplyBroadcast(x, tf.tensor1d([1, 2, 3])).shape).toEqual([0, 3]);
        const { clamped, rms } = clampToRms(x, x, tf.scalar(1), 0.5);
        expect([clamped.shape, rms.shape]).toEqual([x.shape, x.shape]);
        expect(clipUnits(x, x, [0], { ratio: 1, floor: 1 }).shape).toEqual([0, 3]);
      });
    }));

  it.each([
    { shape: [5, 3], axes: [0] },
    { shape: [5, 3], axes: [-1] },
    { shape: [2, 3, 4], axes: [0, 1, 2] },
    { shape: [2, 3, 4], axes: [2, 0] },
    { shape: [4], axes: [] },
  ])('clip the norms along axes $axes of shape $shape to a share of those of the weights', ({ shape, axes }) =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const size = tf.util.sizeFromShape(shape);
        const x = tf.tensor(oracle.numbers(size, 1), shape);
        const weights = tf.tensor(
          oracle.numbers(size, 2).map((value, index) => (index % 3 === 0 ? 0 : value)),
          shape,
        );
        const fromFirst = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
        const norms = (tensor: tf.Tensor) => oracle.unitNorms(tensor.dataSync<'float32'>(), shape, fromFirst, 2);
        const clipped = clipUnits(x, weights, axes, { ratio: 0.5, floor: 0.25 });
        const [before, limits, after] = [x, weights, clipped].map(norms);
        after!.forEach((norm, unit) => {
          const limit = 0.5 * Math.max(limits![unit]!, 0.25);
          expect(Math.abs(norm - Math.min(before![unit]!, limit))).toBeLessThanOrEqual(1e-6 * limit);
        });
        expect(listOf(clipUnits(x, weights, axes, { ratio: Infinity, floor: 1 }))).toEqual(listOf(x));
        expect(listOf(clipUnits(x, weights, axes, { ratio: 0, floor: 1 })).map(Math.abs)).toEqual(
          new Array<number>(size).fill(0),
        );
      });
    }),
  );

  it('clamp each element to a multiple of its root mean square', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const x = tf.tensor1d([1, -5, 5, -7, 0, 2]);
        const rms = tf.tensor1d([1, 2, 2, 0, 3, 2]);
        const clampTo = (multiple: number) => listOf(clampToRms(x, rms, tf.scalar(multiple), 0.5).clamped);
        expect(clampTo(2)).toEqual([1, -4, 4, -7, 0, 2]);
        expect(clampTo(Infinity)).toEqual(listOf(x));
        expect(clampTo(0).map(Math.abs)).toEqual([0, 0, 0, 7, 0, 0]);
      });
    }));

  it('keep the root mean square exact where squares leave float32', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const values = [3e30, 4, 0, 2e-30, 1e-22, 5];
        const [rms, x] = [tf.tensor1d(values), tf.tensor1d(values.map((value) => 2 * value))];
        for (const [multiple, size] of [
          [Infinity, 2],
          [0.5, 0.5],
        ] as const)
          listOf(clampToRms(x, rms, tf.scalar(multiple), 0.75).rms).forEach((next, index) => {
            const expected = Math.sqrt(0.75 + 0.25 * size ** 2) * values[index]!;
            expect(Math.abs(next - expected)).toBeLessThanOrEqual(3e-7 * expected);
          });
      });
    }));

  it('refuse tensors of another shape', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const [x, short] = [tf.ones([2, 3]), tf.ones([3])];
        const message = (call: string) =>
          expect.objectContaining({
            code: 'strategy-fault',
            message: `\`${call}\` takes tensors of equal shape, [2, 3]; received [3].`,
          }) as Error;
        expect(() => clampToRms(x, short, tf.scalar(1), 0.5)).toThrow(message('clampToRms'));
        expect(() => clipUnits(x, short, [0], { ratio: 1, floor: 1 })).toThrow(message('clipUnits'));
        expect(() => multiplyBroadcast(x, tf.ones([2]))).toThrow(
          '`multiplyBroadcast` broadcasts to the shape of its first tensor, [2, 3]; received [2].',
        );
      });
    }));
});

describe.each(['cpu', 'wasm'])('operations per unit on %s', (backend) => {
  it('know the norm of a tensor that they scaled', () =>
    onBackend(backend, () => {
      tf.tidy(() =>
        withStepCache(() => {
          const norm = (factors: number[]): number => {
            const x = tf.tensor2d([3, 5, 4, 12], [2, 2]);
            unitNorms(x, [0], 2);
            const scaled = scaleUnits(x, tf.tensor2d(factors, [1, 2]));
            const { squares } = sumsOf(scaled);
            return squares === undefined ? NaN : Math.sqrt(squares);
          };
          expect(norm([2, 0.5])).toBeCloseTo(Math.hypot(10, 6.5), 10);
          expect(norm([NaN, 1])).toBeNaN();
          // Too short to follow from the original.
          expect(norm([1e-35, 0])).toBeNaN();
          const rows = tf.tensor2d([3, 4, 5, 12], [2, 2]);
          unitNorms(rows, [1], 2);
          expect(sumsOf(scaleUnits(rows, tf.tensor2d([2, 3], [1, 2]))).squares).toBeUndefined();
        }),
      );
    }));

  it('return the same tensor if nothing changes', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const x = tf.tensor2d([[1, -2]]);
        expect(scaleUnits(x, tf.ones([1, 1]))).toBe(x);
        expect(clampToRms(x, tf.ones([1, 2]), tf.scalar(2), 0.5).clamped).toBe(x);
        expect(clipUnits(x, tf.tensor2d([[1, 2]]), [0], { ratio: 1, floor: 1 })).toBe(x);
      });
    }));
});

/** A root mean square whose answer to whether an element exceeds its limit is always the same. */
function withExceeds(exceeds: boolean): Pick<UnitPasses, 'trackRms'> {
  return { trackRms: (x, rms, multiple, decay) => ({ ...plainUnitPasses.trackRms(x, rms, multiple, decay), exceeds }) };
}

/** The ids of a module's sections. */
function* sectionsOf(module: Uint8Array): Generator<number> {
  for (let at = 8; at < module.length;) {
    yield module[at]!;
    at += 1;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at]!;
      at += 1;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
}
