import { ClippingError } from 'gradclip';
import { quantileTracking } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/quantile-tracking.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

// The threshold is rounded in each of sixty steps.
const tolerance = 1e-5;

testLaws(quantileTracking, { oracle, tolerance });

describe('quantileTracking', () => {
  itMatchesOracle(
    quantileTracking,
    oracle,
    [{ quantile: 0.9, rate: 1, min: 0.01 }, { update: 'arithmetic', initial: 3, min: 0.5, max: 4 }, { quantile: 0 }],
    { tolerance },
  );

  const thresholds = (options: Parameters<typeof quantileTracking>[0], input: number[]): unknown[] =>
    clipSteps(
      quantileTracking(options),
      input.map((w) => ({ w })),
    ).map(({ state }) => state['threshold']);

  const half = { rate: 2 * Math.LN2, quantile: 0.5 };

  it.each([
    {
      title: 'halves the threshold when the norm is below it',
      options: { ...half, initial: 8 },
      input: [1, 1],
      expected: [4, 2],
    },
    {
      title: 'doubles the threshold when the norm is above it',
      options: { ...half, initial: 1 },
      input: [9, 9],
      expected: [2, 4],
    },
    {
      title: 'lowers the threshold when the norm equals it',
      options: { ...half, initial: 8 },
      input: [8],
      expected: [4],
    },
    {
      title: 'adds and subtracts with the arithmetic update',
      options: { update: 'arithmetic' as const, rate: 1, initial: 3 },
      input: [9, 9, 1, 1],
      expected: [3.5, 4, 3.5, 3],
    },
    { title: 'never goes below min', options: { ...half, initial: 8, min: 3 }, input: [1, 1, 1], expected: [4, 3, 3] },
    { title: 'never goes above max', options: { ...half, initial: 1, max: 3 }, input: [9, 9, 9], expected: [2, 3, 3] },
  ])('$title', ({ options, input, expected }) => {
    expect(thresholds(options, input)).toEqual(closeTo(expected));
  });

  it('reaches 0 with the arithmetic update and rises again', () => {
    expect(thresholds({ update: 'arithmetic', rate: 1, initial: 0.5 }, [0, 0, 5])).toEqual([0, 0, 0.5]);
  });

  it('accepts an initial threshold equal to min or max', () => {
    expect(quantileTracking({ initial: 2, min: 2 }).options).toMatchObject({ initial: 2, min: 2 });
    expect(quantileTracking({ initial: 2, max: 2 }).options).toMatchObject({ initial: 2, max: 2 });
  });

  it('clips with the threshold from before the step', () => {
    expect(clipVariable(quantileTracking({ ...half, initial: 1 }), [9, 9, 9])).toEqual(closeTo([1, 2, 4]));
  });

  it('keeps the requested share of norms below the threshold', () => {
    const norms = Array.from({ length: 2000 }, (_, step) => 1 + ((step * 7919) % 100) / 100);
    const strategy = quantileTracking({ quantile: 0.9, rate: 0.02 });
    const clipped = clipVariable(strategy, norms) as number[];
    const covered = norms.slice(500).filter((norm, index) => clipped[500 + index] === Math.fround(norm)).length / 1500;
    expect(covered).toBeGreaterThan(0.87);
    expect(covered).toBeLessThan(0.93);
  });

  // Multiplication cannot leave 0 or return from infinity.
  it('recovers from a thousand steps of zeros', () => {
    const input = [...new Array<number>(1000).fill(0), ...new Array<number>(1000).fill(1)];
    const last = thresholds({ rate: 4 }, input).at(-1) as number;
    expect(last).toBeGreaterThan(0.1);
    expect(last).toBeLessThan(10);
    expect(thresholds({ rate: 200 }, [5, 5])).toEqual([expect.closeTo(3e38, -35), expect.any(Number)]);
  });

  it('respects a max that is smaller than its own minimum threshold', () => {
    expect(thresholds({ initial: 1e-35, max: 1e-32 }, [1, 1])).toEqual([Math.fround(1e-32), Math.fround(1e-32)]);
  });

  it.each([
    [{ quantile: 2 }, '`quantile-tracking({ quantile })` must be a number from 0 to 1; received 2.'],
    [{ min: 2 }, '`quantile-tracking({ initial })` must be between `min` (2) and `max` (Infinity); received 1.'],
    [{ initial: 5, max: 4 }, '`quantile-tracking({ initial })` must be between `min` (0) and `max` (4); received 5.'],
  ])('rejects %o and names the rule', (options, message) => {
    expect(() => quantileTracking(options)).toThrow(new ClippingError('bad-option', message));
  });
});
