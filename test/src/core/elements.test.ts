import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { add, mul, setBackend, sub, tensor, Tensor, tidy, where, greater } from '@tensorflow/tfjs-core';
import { subtractUnitMeans, elementwise, multiplyBroadcast } from 'gradclip/define';
import { DEVICE } from 'gradclip/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { onBackend } from '../../../src/testing/backends.ts';

const counted = (shape: number[], from = 1) => {
  const size = shape.reduce((product, one) => product * one, 1);
  return tensor(
    Array.from({ length: size }, (_, index) => from + index),
    shape,
    'float32',
  );
};

describe.each(['cpu', 'wasm'])('elementwise on %s', (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend('cpu'));

  it.each([
    { first: [2, 3], second: [2, 3] },
    { first: [2, 3], second: [] },
    { first: [2, 3], second: [3] },
    { first: [2, 3], second: [1, 3] },
    { first: [2, 3], second: [2, 1] },
    { first: [2, 3], second: [1, 1] },
    { first: [3, 1], second: [1, 1] },
    { first: [2, 3, 4], second: [1, 3, 1] },
    { first: [2, 3, 4], second: [2, 1, 4] },
    { first: [2, 2, 3, 2], second: [1, 1, 3, 2] },
    { first: [2, 2, 3, 2], second: [2, 1, 3, 1] },
    { first: [2, 2, 3, 2], second: [3, 1] },
    { first: [2, 2], second: [2] },
    { first: [3, 3, 2], second: [3, 1] },
    { first: [], second: [] },
    { first: [0, 3], second: [1, 3] },
    { first: [2, 0], second: [1, 0] },
  ])('broadcasts $second to $first as tfjs does', ({ first, second }) => {
    tidy(() => {
      const [x, y] = [counted(first), counted(second, 10)];
      const made = elementwise(
        [x, y],
        (one, other) => one * other,
        () => mul(x, y),
      );
      expect(made.shape).toEqual(first);
      expect(made.arraySync()).toEqual(mul(x, y).arraySync());
      expect(multiplyBroadcast(x, y).arraySync()).toEqual(mul(x, y).arraySync());
    });
  });

  it('accepts one, two or three tensors', () => {
    tidy(() => {
      const [x, y, z] = [counted([2, 2]), counted([1, 2]), counted([])];
      const sum = elementwise(
        [x, y, z],
        (one, two, three) => one + two + three,
        () => add(add(x, y), z),
      );
      expect(sum.arraySync()).toEqual([
        [3, 5],
        [5, 7],
      ]);
      const rows = elementwise(
        [x, y, x],
        (one, two, three) => 100 * one + 10 * two + three,
        () => add(add(mul(x, 100), mul(y, 10)), x),
      );
      expect(rows.arraySync()).toEqual([
        [111, 222],
        [313, 424],
      ]);
      const positive = elementwise(
        [sub(x, 2)],
        (one) => (one > 0 ? one : 0),
        () => where(greater(x, 2), sub(x, 2), 0),
      );
      expect(positive.arraySync()).toEqual([
        [0, 0],
        [1, 2],
      ]);
    });
  });

  it.each([
    { first: [4], second: [2] },
    { first: [2, 3], second: [2] },
    { first: [2, 3], second: [3, 2] },
    { first: [3], second: [1, 3] },
    { first: [], second: [1] },
    { first: [2, 3], second: [0] },
  ])('refuses $second, which does not broadcast to $first', ({ first, second }) => {
    const message = `\`elementwise\` broadcasts to the shape of its first tensor, [${first.join(', ')}]; received [${second.join(', ')}].`;
    const refuse = (): void => {
      tidy(() => {
        const [x, y] = [counted(first), counted(second)];
        for (const tensors of [
          [x, y],
          [x, x, y],
        ] as const) {
          expect(() =>
            elementwise(
              tensors,
              (one) => one,
              () => x,
            ),
          ).toThrow(expect.objectContaining({ code: 'strategy-fault', message }));
        }
      });
    };
    refuse();
    return onBackend(DEVICE, refuse);
  });

  it('passes 0 to the formula for absent tensors', () => {
    tidy(() => {
      const x = counted([2]);
      const sum = elementwise(
        [x],
        (one, two, three) => one + two + three,
        () => x,
      );
      expect(sum.arraySync()).toEqual([1, 2]);
    });
  });

  it('uses the formula on plain numbers, which is faster than ops on this backend', () => {
    tidy(() => {
      const made = elementwise(
        [counted([2])],
        (one) => 2 * one,
        () => {
          throw new Error('used the ops');
        },
      );
      expect(made.arraySync()).toEqual([2, 4]);
    });
  });

  it('returns the same tensor if all factors are 1', () => {
    tidy(() => {
      const x = counted([2, 2]);
      expect(multiplyBroadcast(x, tensor([1, 1]))).toBe(x);
      expect(multiplyBroadcast(x, tensor([1, 2]))).not.toBe(x);
    });
  });

  it('does not modify its inputs', () => {
    tidy(() => {
      const x = counted([4]);
      elementwise(
        [x, x],
        () => 7,
        () => x,
      );
      expect(x.arraySync()).toEqual([1, 2, 3, 4]);
    });
  });
});

describe('elementwise on a device that must not be read', () => {
  it('uses the ops', () =>
    onBackend(DEVICE, () =>
      tidy(() => {
        const x = counted([2]);
        const made = elementwise(
          [x],
          () => {
            throw new Error('used plain numbers');
          },
          () => mul(x, 2),
        );
        expect(made.arraySync()).toEqual([2, 4]);
      }),
    ));
});

describe.each(['cpu', 'wasm', DEVICE])('subtractUnitMeans on %s', (backend) => {
  it('subtracts the mean over all axes except the last', () =>
    onBackend(backend, () => {
      tidy(() => {
        const column = [
          [-1, -1],
          [1, 1],
        ];
        expect(subtractUnitMeans(counted([2, 2])).arraySync()).toEqual(column);
        expect(subtractUnitMeans(counted([2, 1, 2])).arraySync()).toEqual(column.map((row) => [row]));
        expect(subtractUnitMeans(counted([2, 2, 1])).arraySync()).toEqual([
          [[-1.5], [-0.5]],
          [[0.5], [1.5]],
        ]);
      });
    }));
});

describe('subtractUnitMeans', () => {
  it.each(['cpu', 'wasm'])('counts every weight on %s, even where float32 sums would lose them', (backend) =>
    onBackend(backend, () =>
      tidy(() => {
        // Float32 cannot represent 2²⁴ + 1.
        const column = tensor([2 ** 24, ...new Array<number>(2 ** 12 - 1).fill(1)], [2 ** 12, 1]);
        const mean = (2 ** 24 + 2 ** 12 - 1) / 2 ** 12;
        expect(subtractUnitMeans(column).dataSync()[1]).toBe(Math.fround(1 - Math.fround(mean)));
      }),
    ),
  );

  it('reads nothing back from a device', () =>
    onBackend(DEVICE, () =>
      tidy(() => {
        const column = counted([4, 2]);
        const reads = vi.spyOn(Tensor.prototype, 'dataSync');
        subtractUnitMeans(column);
        expect(reads).not.toHaveBeenCalled();
        reads.mockRestore();
      }),
    ));
});
