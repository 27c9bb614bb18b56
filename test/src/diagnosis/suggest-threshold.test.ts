import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, ClippingError, suggestThreshold, type ClipStats } from 'gradclip';
import { none } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { round } from '../../../src/diagnosis/suggest-threshold.ts';
import { thrownBy } from '../../support/fixtures.ts';

// 1, 2, …, 100: the percentile p, interpolated, is 1 + 0.99·p.
const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('suggestThreshold', () => {
  it.each([
    [undefined, 90.1],
    [0, 1],
    [50, 50.5],
    [99, 99.01],
    [100, 100],
  ])('takes percentile %s of the norms', (percentile, expected) => {
    const { maxNorm } = suggestThreshold(hundred, percentile === undefined ? {} : { percentile });
    expect(maxNorm).toBeCloseTo(expected, 10);
  });

  it('says why, with the figures', () => {
    expect(suggestThreshold(hundred).because).toBe(
      '90 % of 100 measured norms were at most 90.1 (median 50.5, largest 100), so it shortens about 10 % of the steps.',
    );
    expect(suggestThreshold([2, NaN, 1, Infinity, 1000], { percentile: 50 })).toEqual({
      maxNorm: 2,
      because:
        '50 % of 3 measured norms were at most 2 (median 2, largest 1000), so it shortens about 50 % of the steps. ' +
        '2 norms were NaN or Infinity and left out.',
    });
  });

  it('takes the stats of an optimizer, exactly where they know the percentile', async () => {
    const w = tf.variable(tf.tensor1d([0]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(0.1), none());
    for (const norm of hundred) optimizer.applyGradients({ w: tf.tensor1d([norm]) });
    const stats = await optimizer.stats();
    for (const percentile of [0, 25, 50, 75, 90, 99, 100]) {
      expect(suggestThreshold(stats, { percentile }).maxNorm).toBeCloseTo(1 + 0.99 * percentile, 10);
    }
    // Between the percentiles they hold, on a straight line, which this series is.
    expect(suggestThreshold(stats, { percentile: 95 }).maxNorm).toBeCloseTo(95.05, 10);
    expect(suggestThreshold(stats).because).toContain('90 % of 100 measured norms were at most 90.1');
    w.dispose();
    optimizer.dispose();
  });

  it.each([
    [0, 1],
    [10, 1.4],
    [25, 2],
    [80, 8 + 8 / 3],
    [90, 16],
    [95, 16 + 16 * (5 / 9)],
    [100, 64],
  ])('draws a straight line to percentile %d between those of the stats', (percentile, expected) => {
    const normBefore = { min: 1, p25: 2, median: 4, p75: 8, p90: 16, p99: 32, max: 64 };
    const { maxNorm } = suggestThreshold({ steps: 7, normBefore } as ClipStats, { percentile });
    expect(maxNorm).toBeCloseTo(expected, 10);
  });

  it('takes stats in which some norms are 0', () => {
    const normBefore = { min: 0, p25: 0, median: 4, p75: 8, p90: 16, p99: 32, max: 64 };
    expect(suggestThreshold({ steps: 7, normBefore } as ClipStats).maxNorm).toBe(16);
  });

  it('speaks of one norm as of one', () => {
    expect(suggestThreshold([2, NaN]).because).toContain('steps. 1 norm was NaN or Infinity and left out.');
    expect(suggestThreshold([2]).because).toMatch(/steps\.$/);
  });

  const stats = (steps: number, max: number, rest = NaN): ClipStats =>
    ({ steps, normBefore: { min: rest, p25: rest, median: rest, p75: rest, p90: rest, p99: rest, max } }) as ClipStats;
  it.each([
    ['nothing', [], 'received none. Train some steps first.'],
    ['nothing finite', [NaN, Infinity], 'none of the 2 received is finite. Find out where they come from.'],
    ['negative norms', [1, -1], 'a norm is never negative; received -1.'],
    ['no numbers', ['1'], 'received ["1"].'],
    ['no list', 7, 'received 7.'],
    ['stats of no steps', stats(0, NaN), 'the stats are of no steps. Train some steps first.'],
    ['no list but a text', '', 'received "".'],
    ['what has a length that is none', { length: 0.5, 0: 1 }, 'received {"0":1,"length":0.5}.'],
    ['stats with a part missing', { steps: 1, normBefore: { max: 1 } }, 'received {"steps":1,"normBefore":{"max":1}}.'],
    ['stats of negative norms', stats(5, 1, -2), 'a norm is never negative; received -2.'],
    ['stats that are finite in part', stats(5, 3), 'none of the 5 measured is finite. Find out where they come from.'],
    ['stats without a finite norm', stats(5, NaN), 'none of the 5 measured is finite. Find out where they come from.'],
  ])('refuses %s', (_, norms, why) => {
    const refused = refusal(() => suggestThreshold(norms as number[]));
    expect(refused.message).toBe(`\`suggestThreshold(norms)\` takes finite norms or the stats of an optimizer; ${why}`);
    expect(refused.code).toBe('bad-option');
  });

  it('takes whatever has a length and numbers', () => {
    expect(suggestThreshold({ length: 2, 0: 1, 1: 3 }, { percentile: 50 }).maxNorm).toBe(2);
    expect(suggestThreshold(Float32Array.of(1, 3), { percentile: 50 }).maxNorm).toBe(2);
  });

  it('refuses a misspelt option', () => {
    expect(() => suggestThreshold([1], { percentil: 50 } as object)).toThrow(
      '`suggestThreshold` has no option `percentil`; it has `percentile`. Did you mean `percentile`?',
    );
  });

  it('refuses to suggest 0', () => {
    const refused = refusal(() => suggestThreshold([0, 0, 0, 1], { percentile: 50 }));
    expect(refused.message).toBe(
      '`suggestThreshold`: 50 % of the 4 norms are 0, and a threshold of 0 would let nothing pass. Does the loss depend on the variables?',
    );
    expect(refused.code).toBe('bad-option');
  });

  it.each([101, -1, NaN, '50'])('refuses percentile %j', (percentile) => {
    const refused = refusal(() => suggestThreshold([1], { percentile: percentile as number }));
    expect(refused.message).toMatch(
      /^`suggestThreshold\(norms, \{ percentile \}\)` must be a number from 0 to 100; received /,
    );
    expect(refused.code).toBe('bad-option');
  });

  it('says which of its arguments cannot be read', () => {
    const unreadable = (name: string): object =>
      Object.defineProperty({}, name, {
        enumerable: true,
        get: () => {
          throw new Error('not today');
        },
      });
    const options = refusal(() => suggestThreshold([1], unreadable('percentile')));
    expect(options.message).toMatch(/^`suggestThreshold\(norms, options\)` was given something that cannot be read/);
    const norms = refusal(() => suggestThreshold(unreadable('length') as number[]));
    expect(norms.message).toMatch(/^`suggestThreshold\(norms\)` was given something that cannot be read/);
    const measured = refusal(() => suggestThreshold(unreadable('normBefore') as ClipStats));
    expect(measured.message).toMatch(/^`suggestThreshold\(norms\)` was given something that cannot be read/);
  });
});

it.each([
  [0, '0'],
  [1e-4, '0.0001'],
  [9e-5, '9.00e-5'],
  [-9e-5, '-9.00e-5'],
  [0.12345, '0.123'],
  [999_999, '1000000'],
  [1e6, '1.00e+6'],
])('%d is told as %s', (value, told) => {
  expect(round(value)).toBe(told);
});

function refusal(call: () => unknown): ClippingError {
  const error = thrownBy(call);
  expect(error).toBeInstanceOf(ClippingError);
  return error as ClippingError;
}
