import { describe, expect, it } from 'vitest';
import { multiply } from '../../../src/recurrent/fused/host/multiply.ts';
import { product, type Matrix } from '../../support/oracles/recurrent/matrix.ts';
import { seededUniform } from '../../../src/core/random.ts';

describe('multiply', () => {
  it.each([
    [1, 1, 1],
    [2, 3, 4],
    [3, 5, 7],
    [4, 1, 9],
    [1, 8, 2],
  ])('multiplies matrices with %i rows, inner size %i and %i columns', (rows, inner, columns) => {
    const next = seededUniform(rows * 100 + inner * 10 + columns);
    const matrix = (m: number, n: number): Matrix =>
      Array.from({ length: m }, () => Array.from({ length: n }, () => Math.fround(next() - 0.5)));
    const [a, b] = [matrix(rows, inner), matrix(inner, columns)];
    const target = new Float32Array(rows * columns);
    multiply(Float32Array.from(a.flat()), Float32Array.from(b.flat()), target, { rows, inner, columns });
    expect(Array.from(target)).toEqual(product(a, b).flat().map(Math.fround));
  });
});
