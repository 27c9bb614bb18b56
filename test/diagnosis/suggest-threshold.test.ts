import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, suggestThreshold, type ClipStats } from 'gradclip';
import { none } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';

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

  const stats = (steps: number, max: number): ClipStats =>
    ({ steps, normBefore: { min: NaN, p25: NaN, median: NaN, p75: NaN, p90: NaN, p99: NaN, max } }) as ClipStats;
  it.each([
    ['nothing', [], 'received none. Train some steps first.'],
    ['nothing finite', [NaN, Infinity], 'none of the 2 received is finite. Find out where they come from.'],
    ['negative norms', [1, -1], 'a norm is never negative; received -1.'],
    ['no numbers', ['1'], 'received ["1"].'],
    ['no list', 7, 'received 7.'],
    ['stats of no steps', stats(0, NaN), 'the stats are of no steps. Train some steps first.'],
    ['stats without a finite norm', stats(5, NaN), 'none of the 5 measured is finite. Find out where they come from.'],
  ])('refuses %s', (_, norms, why) => {
    expect(() => suggestThreshold(norms as number[])).toThrow(
      `\`suggestThreshold(norms)\` takes finite norms or the stats of an optimizer; ${why}`,
    );
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

  it('refuses to suggest 0, and a percentile out of range', () => {
    expect(() => suggestThreshold([0, 0, 0, 1], { percentile: 50 })).toThrow(
      '`suggestThreshold`: 50 % of the 4 norms are 0, and a threshold of 0 would let nothing pass. Does the loss depend on the variables?',
    );
    expect(() => suggestThreshold([1], { percentile: 101 })).toThrow(
      '`suggestThreshold(norms, { percentile })` must be a number from 0 to 100; received 101.',
    );
  });
});
