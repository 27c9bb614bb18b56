import { softNorm } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/soft-norm.ts';
import { clipVariable, closeTo } from '../support/clip-steps.ts';

testLaws(softNorm, { oracle });

describe('softNorm', () => {
  it.each([
    { title: 'halves a gradient whose norm equals maxNorm', maxNorm: 5, input: [3, 4], expected: [1.5, 2] },
    { title: 'returns a quarter of three times maxNorm', maxNorm: 1, input: [3, 0], expected: [0.75, 0] },
    { title: 'returns three quarters of a third of maxNorm', maxNorm: 3, input: [0, 1], expected: [0, 0.75] },
    {
      title: 'returns nearly maxNorm for a million times maxNorm',
      maxNorm: 1,
      input: [1e6, 0],
      expected: [0.999999, 0],
    },
    { title: 'keeps a zero gradient at zero', maxNorm: 1, input: [0, 0], expected: [0, 0] },
    { title: 'returns zeros when maxNorm is 0', maxNorm: 0, input: [3, 4], expected: [0, 0] },
    { title: 'keeps a zero gradient at zero when maxNorm is 0', maxNorm: 0, input: [0, 0], expected: [0, 0] },
    { title: 'clips nothing when maxNorm is Infinity', maxNorm: Infinity, input: [3, 4], expected: [3, 4] },
  ])('$title', ({ maxNorm, input, expected }) => {
    expect(clipVariable(softNorm({ maxNorm }), [input])).toEqual([closeTo(expected)]);
  });

  it('keeps the order of norms, where a hard threshold makes them equal', () => {
    const lengths = [1, 2, 10, 1000].map((length) => clipVariable(softNorm(), [length])[0] as number);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(new Set(lengths).size).toBe(4);
  });

  it('clips a gradient whose squares overflow float32', () => {
    expect(clipVariable(softNorm({ maxNorm: 1 }), [[3e20, 0]])).toEqual([closeTo([1, 0])]);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => softNorm({ maxNorm: -1 })).toThrow(
      '`soft-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.',
    );
  });
});
