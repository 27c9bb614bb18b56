import { expect, it } from 'vitest';
import { growthPerStep } from '../../../src/recurrent/health/growth.ts';

const growthOf = (...rows: number[][]): number =>
  growthPerStep({ values: Float64Array.from(rows.flat()), size: rows.length });

it.each([
  // A rotation by 90° that shrinks to 0.9.
  [0.9, [0, -0.9], [0.9, 0]],
  // All ones: A^1024 = 2^1023·A, whose norm is 2^1024.
  [2, [1, 1], [1, 1]],
  // A shear: A^1024 = [[1, 1024], [0, 1]], whose largest singular value is (1024 + √(1024² + 4))/2.
  [((1024 + Math.sqrt(1024 ** 2 + 4)) / 2) ** (1 / 1024), [1, 1], [0, 1]],
  // Nilpotent: every product of two is 0.
  [0, [0, 5], [0, 0]],
])('the growth per step is %d', (expected, ...rows) => {
  expect(growthOf(...rows)).toBeCloseTo(expected, 12);
});
