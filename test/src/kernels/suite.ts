import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  clamp,
  groupNorms,
  percentileByRank,
  percentileBySelection,
  unitNorms as unitNormsInUse,
} from '../../../src/kernels/index.ts';
import { normOnDevice } from '../../../src/kernels/norm-on-device.ts';
import { type Bench, use } from './bench.ts';
import * as oracle from './oracle.ts';

const ORDERS = [1, 2, 3, 0.5, Infinity];
const SHAPES = [[], [0], [1], [7], [3, 0, 2], [5, 33], [2, 3, 4, 5], [1, 64], [130]];

/** Defines tests that compare every method of one implementation on one backend with float64. */
export function testKernels(bench: Bench): void {
  describe(`kernels: ${bench.title}`, () => {
    beforeAll(() => use(bench));
    const kernels = () => bench.kernels();
    const unitNorms = (x: tf.Tensor, axes: readonly number[], order: number): tf.Tensor =>
      bench.decidesOnHost ? unitNormsInUse(x, axes, order) : normOnDevice(x, order, axes);

    /** Runs kernels in a tidy, checks for leaked tensors and returns the values. Reads are async because webgpu requires it. */
    const run = async (use: () => tf.Tensor | readonly tf.Tensor[]): Promise<number[][]> => {
      const before = tf.memory().numTensors;
      const results = tf.tidy(() => [use()].flat() as tf.Tensor[]);
      const values = await Promise.all(results.map(async (x) => [...(await x.data())]));
      tf.dispose(results);
      expect(tf.memory().numTensors).toBe(before);
      return values;
    };
    const one = async (use: () => tf.Tensor): Promise<number[]> => (await run(use))[0]!;
    const expectClose = (given: readonly number[], expected: readonly number[], tolerance = bench.tolerance) => {
      expect(given).toHaveLength(expected.length);
      given.forEach((value, index) => {
        const truth = Math.fround(expected[index]!);
        if (!Number.isFinite(truth)) expect(value).toBe(truth);
        else expect(Math.abs(value - truth)).toBeLessThanOrEqual(tolerance * Math.abs(truth));
      });
    };
    const tensors = (scale = 1) =>
      SHAPES.map((shape, index) => {
        const values = oracle.numbers(tf.util.sizeFromShape(shape), index + 1).map((x) => x * scale);
        return { values, tensor: tf.tensor(values, shape) };
      });

    describe.each(ORDERS)('of order %s', (order) => {
      it.each([1, 1e-25, 3e20, 1e25])(
        'computes norms for shapes of rank 0 to 4 and magnitudes around %s',
        async (scale) => {
          const all = tensors(scale).map(({ values }) => values);
          const norms = await one(() =>
            kernels().norms(
              tensors(scale).map(({ tensor }) => tensor),
              order,
            ),
          );
          expectClose(
            norms,
            all.map((values) => oracle.norm(values, order)),
            4 * bench.tolerance,
          );
          const joint = await one(() =>
            kernels().globalNorm(
              tensors(scale).map(({ tensor }) => tensor),
              order,
            ),
          );
          expectClose(
            joint,
            [
              oracle.norm(
                all.flatMap((values) => [...values]),
                order,
              ),
            ],
            8 * bench.tolerance,
          );
        },
      );

      it('returns the largest float32 if a norm of finite elements overflows', async () => {
        const long = () => [tf.fill([4], 3e38), tf.fill([4], 2e38)];
        const longest = order === Infinity ? Math.fround(3e38) : 3.4028234663852886e38;
        expect(await one(() => kernels().globalNorm(long(), order))).toEqual([longest]);
        expect((await one(() => kernels().norms(long(), order)))[0]).toBe(longest);
        expect((await one(() => groupNorms(kernels(), long(), [0, 0], 1, order)))[0]).toBe(longest);
        expect(await one(() => unitNorms(tf.fill([4, 1], 3e38), [0], order))).toEqual([longest]);
      });

      it('returns 0 for zeros', async () => {
        expect(await one(() => kernels().norms([tf.zeros([3]), tf.zeros([2, 2])], order))).toEqual([0, 0]);
        expect(await one(() => kernels().globalNorm([tf.zeros([3])], order))).toEqual([0]);
      });

      it('returns NaN if an element is NaN, else Infinity if an element is infinite', async () => {
        const special = [[1, NaN, 2], [Infinity, 1], [-Infinity, 3, NaN], [5]];
        const norms = await one(() =>
          kernels().norms(
            special.map((x) => tf.tensor1d(x)),
            order,
          ),
        );
        expectClose(norms, [NaN, Infinity, NaN, 5]);
        expectClose(await one(() => kernels().globalNorm([tf.tensor1d([1, Infinity]), tf.tensor1d([2])], order)), [
          Infinity,
        ]);
        expect(await one(() => kernels().globalNorm([tf.tensor1d([1, NaN]), tf.tensor1d([2])], order))).toEqual([NaN]);
      });

      it('combines the tensors of a group and returns 0 for an empty group', async () => {
        const groupOf = SHAPES.map((_, index) => [2, 0, 3][index % 3]!);
        const truth = [0, 1, 2, 3].map((group) =>
          oracle.norm(
            tensors().flatMap(({ values }, index) => (groupOf[index] === group ? [...values] : [])),
            order,
          ),
        );
        const norms = await one(() =>
          groupNorms(
            kernels(),
            tensors().map(({ tensor }) => tensor),
            groupOf,
            4,
            order,
          ),
        );
        expectClose(norms, truth, 8 * bench.tolerance);
      });

      it.each([
        { shape: [5, 33], axes: [0] },
        { shape: [5, 33], axes: [1] },
        { shape: [5, 33], axes: [0, 1] },
        { shape: [33], axes: [] },
        { shape: [2, 3, 4, 5], axes: [0, 1, 2] },
        { shape: [2, 3, 4, 5], axes: [1, 2] },
        { shape: [2, 3, 4, 5], axes: [0, 2] },
        { shape: [2, 3, 4, 5], axes: [3, 1] },
        { shape: [3, 0, 2], axes: [1] },
        { shape: [], axes: [] },
      ])('computes norms along axes $axes of shape $shape', async ({ shape, axes }) => {
        const values = oracle.numbers(tf.util.sizeFromShape(shape), 3);
        const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        const norms = await one(() => {
          const result = unitNorms(tf.tensor(values, shape), axes, order);
          expect(result.shape).toEqual(kept);
          return result;
        });
        const truth =
          values.length === 0
            ? new Array<number>(tf.util.sizeFromShape(kept)).fill(0)
            : oracle.unitNorms(values, shape, axes, order);
        expectClose(norms, truth, 8 * bench.tolerance);
      });
    });

    it('tells whether reads are free', () => {
      expect(kernels().readsAreFree).toBe(bench.decidesOnHost);
    });

    it('returns 0 or an empty result if there are no tensors', async () => {
      expect(await one(() => kernels().globalNorm([], 2))).toEqual([0]);
      expect(await one(() => kernels().norms([], 2))).toEqual([]);
      expect(await one(() => kernels().finite([]))).toEqual([]);
      expect(await one(() => groupNorms(kernels(), [], [], 0, 2))).toEqual([]);
    });

    it.each([3, 300])('processes %i tensors in one call', async (count) => {
      const all = Array.from({ length: count }, (_, index) => oracle.numbers(1 + (index % 50), index + 1));
      const make = () => all.map((values) => tf.tensor1d(values));
      const truth = all.map((values) => oracle.norm(values, 2));
      expectClose(await one(() => kernels().norms(make(), 2)), truth, 8 * bench.tolerance);
      expectClose(await one(() => kernels().globalNorm(make(), 2)), [oracle.norm(truth, 2)], 16 * bench.tolerance);
      const factors = Float32Array.from({ length: count }, (_, index) => 1 / (index + 1));
      const scaled = await run(() => kernels().scale(make(), tf.tensor1d(factors)));
      scaled.forEach((values, index) =>
        expect(values).toEqual([...all[index]!].map((x) => Math.fround(x * factors[index]!))),
      );
    });

    it('distinguishes finite tensors from others over the whole range of float32', async () => {
      const given = [[3.4e38, -3.4e38, 1], [1e-45], [], [1, NaN], [Infinity], [2, -Infinity, 0]];
      expect(await one(() => kernels().finite(given.map((x) => tf.tensor(x, [x.length], 'float32'))))).toEqual([
        1, 1, 1, 0, 0, 0,
      ]);
    });

    it('replaces non-finite elements with 0 and keeps the others bit for bit', async () => {
      const values = oracle.numbers(53, 9);
      values.set([NaN, Infinity, -Infinity, -0, 3e38, 1e-25], 20);
      const [zeroed] = await run(() => kernels().zeroNonFinite([tf.tensor1d(values)]));
      expect(zeroed).toEqual([...values].map((x) => (Number.isFinite(x) ? x : 0)));
    });

    it('scales bit for bit by a common factor or one factor each, including NaN and Infinity', async () => {
      const values = oracle.numbers(77, 4);
      values.set([NaN, Infinity, -0, 3e20, 1e-25], 30);
      const make = () => [tf.tensor(values, [7, 11]), tf.tensor1d(values), tf.zeros([0]), tf.scalar(3)];
      const times = (factor: number) => [...values].map((x) => Math.fround(x * Math.fround(factor)));
      expect(await run(() => kernels().scale(make(), tf.scalar(0.3)))).toEqual([
        times(0.3),
        times(0.3),
        [],
        [Math.fround(3 * Math.fround(0.3))],
      ]);
      const each = await run(() => kernels().scale(make(), tf.tensor1d([1, 0, 5, -2])));
      expect(each).toEqual([[...values], times(0), [], [-6]]);
    });

    it('computes factors that reduce norms to their limits, and exactly 1 for the others', async () => {
      const norms = [0, 1, 2, 2.0000002, 4, Infinity, NaN];
      const factors = (limit: number) =>
        norms.map((norm) => (norm > limit ? Math.fround(limit / Math.fround(norm)) : 1));
      const given = (limits: () => tf.Tensor | number) =>
        one(() => kernels().limitFactors(tf.tensor1d(norms), limits()));
      for (const limit of [0, 1, 2, 3, Infinity]) {
        const common = await given(() => limit);
        expectClose(common, factors(limit));
        // At or below the limit nothing may change, so the factor must be exactly 1.
        norms.forEach((norm, index) => {
          if (norm <= limit) expect(common[index]).toBe(1);
        });
        expectClose(await given(() => tf.scalar(limit)), factors(limit));
      }
      expectClose(await given(() => tf.ones([norms.length])), factors(1));
      const columns = await one(() =>
        kernels().limitFactors(tf.tensor2d([2, 4, 8, 1], [2, 2]), tf.tensor2d([4, 2], [2, 1])),
      );
      expectClose(columns, [1, 1, 0.25, 1]);
    });

    it('clamps between any two bounds and keeps NaN', async () => {
      const values = oracle.numbers(61, 5).map((x) => x * 4);
      values.set([NaN, Infinity, -Infinity, 1, -1, NaN], 40);
      for (const [low, high] of [
        [-1, 1],
        [0, 0],
        [-0.1, 2.7],
        [-Infinity, 0.5],
        [0.25, Infinity],
      ] as const) {
        const [clamped] = await run(() => clamp(kernels(), [tf.tensor1d(values)], low, high));
        const truth = [...values].map((x) => (Number.isNaN(x) ? x : Math.fround(Math.min(Math.max(x, low), high))));
        expect(clamped!.map((x) => x + 0)).toEqual(truth.map((x) => x + 0));
      }
    });

    it('computes the percentile as numpy does, for full and partly filled windows with ties', async () => {
      const percentile = bench.decidesOnHost ? percentileBySelection : percentileByRank;
      const values = [...oracle.numbers(40, 6)].map((x, index) => (index % 5 === 0 ? 0.25 : Math.fround(x)));
      for (const count of [1, 2, 3, 11, 39, 40])
        for (const at of [0, 10, 37.5, 50, 90, 99, 100]) {
          const [given] = await one(() => percentile(tf.tensor1d(values), tf.scalar(count), at));
          expect(Math.abs(given! - oracle.percentile(values.slice(0, count), at))).toBeLessThan(3e-6);
        }
    });

    it('does not modify its inputs', async () => {
      const values = oracle.numbers(40, 8);
      const x = tf.tensor1d(values);
      tf.tidy(() => {
        const factors = tf.scalar(0.5);
        kernels().scale([x], factors);
        clamp(kernels(), [x], -0.1, 0.1);
        kernels().norms([x], 2);
        unitNorms(x, [0], 2);
      });
      expect([...(await x.data())]).toEqual([...values]);
      x.dispose();
    });

    if (bench.decidesOnHost) {
      it('computes Euclidean norms and finiteness as plain numbers, and no norm beyond float32', () => {
        tf.tidy(() => {
          const { host } = kernels();
          const x = [tf.tensor1d([3, -4]), tf.tensor1d([12]), tf.tensor1d([])];
          expect([...host!.norms(x)]).toEqual([5, 12, 0]);
          expect(host!.globalNorm(x)).toBe(13);
          expect([...host!.finite(x)]).toEqual([1, 1, 1]);
          const large = [tf.fill([4], 3e38), tf.tensor1d([1])];
          expect([...host!.norms(large)]).toEqual([3.4028234663852886e38, 1]);
          expect(host!.globalNorm(large)).toBe(3.4028234663852886e38);
          expect([...host!.finite(large)]).toEqual([1, 1]);
          const special = [tf.tensor1d([1, NaN]), tf.tensor1d([-Infinity]), tf.tensor1d([2])];
          expect([...host!.norms(special)]).toEqual([NaN, Infinity, 2]);
          expect(host!.globalNorm(special)).toBeNaN();
          expect([...host!.finite(special)]).toEqual([0, 0, 1]);
        });
      });

      it('returns the same tensors if nothing changes', () => {
        tf.tidy(() => {
          const x = [tf.tensor1d([1, -2, NaN]), tf.tensor1d([0.5])];
          expect(kernels().scale(x, tf.scalar(1))).toBe(x);
          expect(clamp(kernels(), x, -2, 2)).toBe(x);
          expect(kernels().scale(x, tf.tensor1d([1, 2]))[0]).toBe(x[0]);
          expect(clamp(kernels(), x, -0.1, 1)[1]).toBe(x[1]);
          expect(kernels().zeroNonFinite(x)[1]).toBe(x[1]);
        });
      });
    } else {
      it('keeps every bit if a factor it cannot read is 1', async () => {
        const values = oracle.numbers(200, 12);
        expect(await run(() => kernels().scale([tf.tensor1d(values)], tf.scalar(1)))).toEqual([[...values]]);
      });
    }
  });
}
