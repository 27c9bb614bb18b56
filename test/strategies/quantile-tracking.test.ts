import { ClippingError } from 'gradclip';
import { quantileTracking } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/quantile-tracking.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

// Sixty factors, each rounded.
const tolerance = 1e-5;

testLaws(quantileTracking, { oracle, tolerance });

describe('quantileTracking', () => {
  itAgreesWith(
    quantileTracking,
    oracle,
    [{ quantile: 0.9, rate: 1, min: 0.01 }, { update: 'arithmetic', initial: 3, min: 0.5, max: 4 }, { quantile: 0 }],
    { tolerance },
  );

  const thresholds = (options: Parameters<typeof quantileTracking>[0], given: number[]): unknown[] =>
    inTurn(
      quantileTracking(options),
      given.map((w) => ({ w })),
    ).map(({ state }) => state['threshold']);

  const half = { rate: 2 * Math.LN2, quantile: 0.5 };

  it.each([
    { about: 'covered: the threshold halves', options: { ...half, initial: 8 }, given: [1, 1], expected: [4, 2] },
    { about: 'not covered: it doubles', options: { ...half, initial: 1 }, given: [9, 9], expected: [2, 4] },
    { about: 'equal is covered', options: { ...half, initial: 8 }, given: [8], expected: [4] },
    {
      about: 'arithmetic: by amounts',
      options: { update: 'arithmetic' as const, rate: 1, initial: 3 },
      given: [9, 9, 1, 1],
      expected: [3.5, 4, 3.5, 3],
    },
    { about: 'never below min', options: { ...half, initial: 8, min: 3 }, given: [1, 1, 1], expected: [4, 3, 3] },
    { about: 'never above max', options: { ...half, initial: 1, max: 3 }, given: [9, 9, 9], expected: [2, 3, 3] },
  ])('$about', ({ options, given, expected }) => {
    expect(thresholds(options, given)).toEqual(nearly(expected));
  });

  it('comes down to 0 by amounts, and goes up from it', () => {
    expect(thresholds({ update: 'arithmetic', rate: 1, initial: 0.5 }, [0, 0, 5])).toEqual([0, 0, 0.5]);
  });

  it('may begin at its least or its greatest threshold', () => {
    expect(quantileTracking({ initial: 2, min: 2 }).options).toMatchObject({ initial: 2, min: 2 });
    expect(quantileTracking({ initial: 2, max: 2 }).options).toMatchObject({ initial: 2, max: 2 });
  });

  it('clips at the threshold of before the step', () => {
    expect(clippedInTurn(quantileTracking({ ...half, initial: 1 }), [9, 9, 9])).toEqual(nearly([1, 2, 4]));
  });

  it('covers the share it is asked to', () => {
    const norms = Array.from({ length: 2000 }, (_, step) => 1 + ((step * 7919) % 100) / 100);
    const strategy = quantileTracking({ quantile: 0.9, rate: 0.02 });
    const clipped = clippedInTurn(strategy, norms) as number[];
    const covered = norms.slice(500).filter((norm, place) => clipped[500 + place] === Math.fround(norm)).length / 1500;
    expect(covered).toBeGreaterThan(0.87);
    expect(covered).toBeLessThan(0.93);
  });

  // A factor leads neither away from 0 nor back from infinity.
  it('finds back from a thousand steps of zeros', () => {
    const given = [...new Array<number>(1000).fill(0), ...new Array<number>(1000).fill(1)];
    const last = thresholds({ rate: 4 }, given).at(-1) as number;
    expect(last).toBeGreaterThan(0.1);
    expect(last).toBeLessThan(10);
    expect(thresholds({ rate: 200 }, [5, 5])).toEqual([expect.closeTo(3e38, -35), expect.any(Number)]);
  });

  it('keeps to a greatest threshold smaller than any that factors lead away from', () => {
    expect(thresholds({ initial: 1e-35, max: 1e-32 }, [1, 1])).toEqual([Math.fround(1e-32), Math.fround(1e-32)]);
  });

  it.each([
    [{ quantile: 2 }, '`quantile-tracking({ quantile })` must be a number from 0 to 1; received 2.'],
    [{ rate: 0 }, '`quantile-tracking({ rate })` must be a finite number greater than 0; received 0.'],
    [{ initial: 0 }, '`quantile-tracking({ initial })` must be a finite number greater than 0; received 0.'],
    [{ min: -1 }, '`quantile-tracking({ min })` must be a number from 0 to Infinity, or null; received -1.'],
    [
      { min: 2 },
      '`quantile-tracking({ initial })` must be between `min` and `max`; received 1, which is not in [2, Infinity].',
    ],
    [
      { initial: 5, max: 4 },
      '`quantile-tracking({ initial })` must be between `min` and `max`; received 5, which is not in [0, 4].',
    ],
  ])('refuses %s', (options, message) => {
    expect(() => quantileTracking(options)).toThrow(new ClippingError('bad-option', message));
  });
});
