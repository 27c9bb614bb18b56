import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { clampToMultiples, movingRms, multiplyBroadcast, subtractUnitMeans } from 'gradclip/define';
import { DEVICE } from 'gradclip/testing';
import { describe, expect, it, beforeAll } from 'vitest';
import { wasmHeap } from '../../../src/kernels/heap.ts';
import { scaleUnits, unitNorms } from '../../../src/kernels/index.ts';
import { plainUnitPasses } from '../../../src/kernels/per-unit/loops.ts';
import { createHeapUnitPasses } from '../../../src/kernels/per-unit/on-heap.ts';
import type { UnitPasses } from '../../../src/kernels/per-unit/passes.ts';
import { decodeBytes } from '../../../src/kernels/module.ts';
import * as bytes from '../../../src/kernels/per-unit/per-unit-bytes.ts';
import { agreesWithPlainUnitPasses } from '../../../src/kernels/per-unit/self-test.ts';
import { sumsOf, withStepCache } from '../../../src/kernels/step-cache.ts';
import { onBackend } from '../../../src/testing/backends.ts';
import * as oracle from './oracle.ts';

const listOf = (x: tf.Tensor): number[] => [...x.dataSync<'float32'>()];

describe('the SIMD passes per unit', () => {
  let passes: UnitPasses;

  beforeAll(async () => {
    await tf.setBackend('wasm');
    passes = createHeapUnitPasses(wasmHeap());
  });

  it('pass their self-test and leak no tensors', () => {
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    expect(agreesWithPlainUnitPasses(passes)).toBe(true);
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
  });

  it.each([
    { what: 'wrong sums', broken: { sums: () => new Float64Array(80) } },
    { what: 'wrong squares', broken: { squares: () => new Float64Array(80) } },
    { what: 'a scaling that changes nothing', broken: { scale: (x: tf.Tensor) => x } },
    { what: 'a subtraction that changes nothing', broken: { subtract: (x: tf.Tensor) => x } },
    { what: 'limits that are never exceeded', broken: { exceedsMultiples: () => false } },
    { what: 'limits that are always exceeded', broken: { exceedsMultiples: () => true } },
    { what: 'a clamp that changes nothing', broken: { clampToMultiples: (x: tf.Tensor) => x } },
    { what: 'a root mean square that does not move', broken: { movingRms: (rms: tf.Tensor) => rms } },
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

  it.each([
    [1, 1],
    [1, 5],
    [2, 3],
    [7, 1],
    [9, 4],
    [13, 30],
    [40, 64],
  ])('equal plain loops on [%i, %i], in two blocks, and write nothing after the last element', (rows, columns) => {
    const layout = { blocks: 2, rows, columns };
    const size = 2 * rows * columns;
    tf.tidy(() => {
      const x = tf.tensor1d(oracle.numbers(size, 1));
      const rms = tf.abs(tf.tensor1d(oracle.numbers(size, 2)));
      const perUnit = tf.tensor1d(oracle.numbers(2 * columns, 3));
      const following = tf.ones([8]);
      for (const name of ['scale', 'subtract'] as const)
        expect(listOf(passes[name](x, perUnit, layout))).toEqual(listOf(plainUnitPasses[name](x, perUnit, layout)));
      for (const name of ['sums', 'squares'] as const)
        passes[name](x, layout).forEach((sum, unit) =>
          expect(sum).toBeCloseTo(plainUnitPasses[name](x, layout)[unit]!, 10),
        );
      expect(listOf(passes.clampToMultiples(x, rms, 0.5))).toEqual(
        listOf(plainUnitPasses.clampToMultiples(x, rms, 0.5)),
      );
      expect(listOf(passes.movingRms(rms, x, 0.9))).toEqual(listOf(plainUnitPasses.movingRms(rms, x, 0.9)));
      expect(listOf(following)).toEqual(listOf(tf.ones([8])));
    });
  });

  it('find an element that exceeds its limit at any index', () => {
    tf.tidy(() => {
      const ones = tf.ones([11]);
      expect(passes.exceedsMultiples(ones, ones, 1)).toBe(false);
      for (let index = 0; index < 11; index += 1) {
        const spiked = tf.tensor1d(Array.from({ length: 11 }, (_, at) => (at === index ? -1.5 : 1)));
        expect(passes.exceedsMultiples(spiked, ones, 1)).toBe(true);
        expect(plainUnitPasses.exceedsMultiples(spiked, ones, 1)).toBe(true);
        // Where the rms is 0, no element exceeds it.
        const masked = tf.tensor1d(Array.from({ length: 11 }, (_, at) => (at === index ? 0 : 1)));
        expect(passes.exceedsMultiples(spiked, masked, 1)).toBe(false);
        expect(plainUnitPasses.exceedsMultiples(spiked, masked, 1)).toBe(false);
      }
    });
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

  it('return empty results for empty tensors', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const x = tf.zeros([0, 3]);
        expect(subtractUnitMeans(x).shape).toEqual([0, 3]);
        expect(subtractUnitMeans(tf.zeros([3, 0])).shape).toEqual([3, 0]);
        expect(listOf(unitNorms(x, [0], 2))).toEqual([0, 0, 0]);
        expect(listOf(unitNorms(tf.zeros([2, 0]), [1], 3))).toEqual([0, 0]);
        expect(multiplyBroadcast(x, tf.tensor1d([1, 2, 3])).shape).toEqual([0, 3]);
        expect(clampToMultiples(x, x, tf.scalar(1)).shape).toEqual([0, 3]);
        expect(movingRms(x, x, 0.5).shape).toEqual([0, 3]);
      });
    }));

  it('clamp each element to a multiple of its root mean square', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const x = tf.tensor1d([1, -5, 5, -7, 0, 2]);
        const rms = tf.tensor1d([1, 2, 2, 0, 3, 2]);
        expect(listOf(clampToMultiples(x, rms, tf.scalar(2)))).toEqual([1, -4, 4, -7, 0, 2]);
        expect(listOf(clampToMultiples(x, rms, tf.scalar(Infinity)))).toEqual(listOf(x));
        expect(listOf(clampToMultiples(x, rms, tf.scalar(0))).map(Math.abs)).toEqual([0, 0, 0, 7, 0, 0]);
      });
    }));

  it('keep the root mean square exact where squares leave float32', () =>
    onBackend(backend, () => {
      tf.tidy(() => {
        const values = [3e30, 4, 0, 2e-30, 1e-22, 5];
        const next = listOf(movingRms(tf.tensor1d(values), tf.tensor1d(values.map((x) => 2 * x)), 0.75));
        next.forEach((rms, index) => {
          const expected = Math.sqrt(0.75 + 0.25 * 4) * values[index]!;
          expect(Math.abs(rms - expected)).toBeLessThanOrEqual(3e-7 * expected);
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
            message: `\`${call}\` takes two tensors of one shape, [2, 3]; received [3].`,
          }) as Error;
        expect(() => clampToMultiples(x, short, tf.scalar(1))).toThrow(message('clampToMultiples'));
        expect(() => movingRms(short, x, 0.5)).toThrow(message('movingRms'));
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
        expect(clampToMultiples(x, tf.ones([1, 2]), tf.scalar(2))).toBe(x);
      });
    }));
});

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
