import { describe, expect, it } from 'vitest';
import { seededUniform } from '../../../src/core/random.ts';

const first = (seed: number, count: number): number[] => Array.from({ length: count }, seededUniform(seed));

describe('seededUniform', () => {
  it('generates the numbers of mulberry32', () => {
    expect(first(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
    expect(first(0, 1)).toEqual([0.26642920868471265]);
  });

  it('repeats its numbers for the same seed and changes them for another', () => {
    expect(first(5, 8)).toEqual(first(5, 8));
    expect(first(5, 8)).not.toEqual(first(6, 8));
  });

  it('uses the lowest 32 bits of the seed', () => {
    expect(first(2 ** 32 + 1, 3)).toEqual(first(1, 3));
  });

  it('spreads its numbers evenly over [0, 1)', () => {
    const many = first(3, 20_000);
    expect(many.every((value) => value >= 0 && value < 1)).toBe(true);
    const tenths = Array.from({ length: 10 }, (_, tenth) => many.filter((value) => Math.floor(value * 10) === tenth));
    for (const { length } of tenths) expect(Math.abs(length - 2000)).toBeLessThan(200);
  });
});
