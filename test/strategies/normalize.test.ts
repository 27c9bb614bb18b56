import { normalize } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/normalize.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, closeTo } from '../support/clip-steps.ts';

testLaws(normalize, { oracle, ...conditions.normalize });

describe('normalize', () => {
  itMatchesOracle(normalize, oracle, [{ norm: 2, gamma: 0.01 }]);

  it.each([
    {
      title: 'scales a large gradient down to the target norm',
      options: { norm: 1 },
      input: [3, 4],
      expected: [0.6, 0.8],
    },
    { title: 'scales a small gradient up to the target norm', options: { norm: 10 }, input: [3, 4], expected: [6, 8] },
    {
      title: 'returns half the target norm when gamma equals the norm',
      options: { norm: 1, gamma: 5 },
      input: [3, 4],
      expected: [0.3, 0.4],
    },
    { title: 'keeps a zero gradient at zero', options: {}, input: [0, 0], expected: [0, 0] },
    {
      title: 'keeps a zero gradient at zero with gamma too',
      options: { gamma: 0.01 },
      input: [0, 0],
      expected: [0, 0],
    },
    { title: 'returns zeros when gamma is Infinity', options: { gamma: Infinity }, input: [3, 4], expected: [0, 0] },
  ])('$title', ({ options, input, expected }) => {
    expect(clipVariable(normalize(options), [input])).toEqual([closeTo(expected)]);
  });

  it('leaves a normalized gradient unchanged when gamma is 0', () => {
    expect(clipVariable(normalize({ norm: 5 }), [[3, 4]])).toEqual([closeTo([3, 4])]);
  });

  it('never makes a finite gradient infinite, however small it is', () => {
    const [short] = clipVariable(normalize({ norm: 1000 }), [[1e-40, 0]]) as [number[]];
    expect(short[0]).toBeGreaterThan(0);
    expect(short[0]).toBeLessThanOrEqual(1000);
    expect(clipVariable(normalize({ norm: 1000 }), [[0, 0]])).toEqual([[0, 0]]);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => normalize({ norm: 0 })).toThrow(
      '`normalize({ norm })` must be a finite number greater than 0; received 0.',
    );
  });
});
