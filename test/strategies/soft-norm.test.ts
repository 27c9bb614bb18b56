import { softNorm } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/soft-norm.ts';
import { clippedInTurn, nearly } from '../support/clip-steps.ts';

testLaws(softNorm, { oracle });

describe('softNorm', () => {
  it.each([
    { about: 'as long as c: half of it', maxNorm: 5, given: [3, 4], expected: [1.5, 2] },
    { about: 'three times c: a quarter', maxNorm: 1, given: [3, 0], expected: [0.75, 0] },
    { about: 'a third of c: three quarters', maxNorm: 3, given: [0, 1], expected: [0, 0.75] },
    { about: 'a million times c: nearly c', maxNorm: 1, given: [1e6, 0], expected: [0.999999, 0] },
    { about: 'nothing: nothing', maxNorm: 1, given: [0, 0], expected: [0, 0] },
    { about: 'c = 0: nothing', maxNorm: 0, given: [3, 4], expected: [0, 0] },
    { about: 'c = 0 and nothing: nothing', maxNorm: 0, given: [0, 0], expected: [0, 0] },
    { about: 'c = ∞: all of it', maxNorm: Infinity, given: [3, 4], expected: [3, 4] },
  ])('$about', ({ maxNorm, given, expected }) => {
    expect(clippedInTurn(softNorm({ maxNorm }), [given])).toEqual([nearly(expected)]);
  });

  it('keeps the order of lengths, where a hard limit makes them equal', () => {
    const lengths = [1, 2, 10, 1000].map((length) => clippedInTurn(softNorm(), [length])[0] as number);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(new Set(lengths).size).toBe(4);
  });

  it('leaves something of a gradient whose squares overflow float32', () => {
    expect(clippedInTurn(softNorm({ maxNorm: 1 }), [[3e20, 0]])).toEqual([nearly([1, 0])]);
  });

  it.each([
    [-1, '`soft-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.'],
    [NaN, '`soft-norm({ maxNorm })` must be a number from 0 to Infinity; received NaN.'],
  ])('refuses maxNorm %s', (maxNorm, message) => {
    expect(() => softNorm({ maxNorm })).toThrow(message);
  });
});
