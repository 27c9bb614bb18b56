import { normalize } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/normalize.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, nearly } from '../support/clip-steps.ts';

testLaws(normalize, { oracle, ...conditions.normalize });

describe('normalize', () => {
  itAgreesWith(normalize, oracle, [{ norm: 2, gamma: 0.01 }]);

  it.each([
    { about: 'a long one: to length s', options: { norm: 1 }, given: [3, 4], expected: [0.6, 0.8] },
    { about: 'a short one: to length s as well', options: { norm: 10 }, given: [3, 4], expected: [6, 8] },
    { about: 'γ as long as it: half of s', options: { norm: 1, gamma: 5 }, given: [3, 4], expected: [0.3, 0.4] },
    { about: 'nothing: nothing', options: {}, given: [0, 0], expected: [0, 0] },
    { about: 'nothing and γ: nothing', options: { gamma: 0.01 }, given: [0, 0], expected: [0, 0] },
    { about: 'γ = ∞: nothing', options: { gamma: Infinity }, given: [3, 4], expected: [0, 0] },
  ])('$about', ({ options, given, expected }) => {
    expect(clippedInTurn(normalize(options), [given])).toEqual([nearly(expected)]);
  });

  it('changes nothing the second time when there is no γ', () => {
    expect(clippedInTurn(normalize({ norm: 5 }), [[3, 4]])).toEqual([nearly([3, 4])]);
  });

  it('never makes a finite gradient infinite, however short it is', () => {
    const [short] = clippedInTurn(normalize({ norm: 1000 }), [[1e-40, 0]]) as [number[]];
    expect(short[0]).toBeGreaterThan(0);
    expect(short[0]).toBeLessThanOrEqual(1000);
    expect(clippedInTurn(normalize({ norm: 1000 }), [[0, 0]])).toEqual([[0, 0]]);
  });

  it.each([
    [{ norm: 0 }, '`normalize({ norm })` must be a finite number greater than 0; received 0.'],
    [{ norm: Infinity }, '`normalize({ norm })` must be a finite number greater than 0; received Infinity.'],
    [{ gamma: -1 }, '`normalize({ gamma })` must be a number from 0 to Infinity; received -1.'],
  ])('refuses %s', (options, message) => {
    expect(() => normalize(options)).toThrow(message);
  });
});
