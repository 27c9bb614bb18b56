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

  it('gives the reason with its figures', () => {
    expect(suggestThreshold(hundred).because).toBe(
      '90.1 is percentile 90 of 100 measured norms (median 50.5, largest 100); it would have clipped 10 of them.',
    );
    expect(suggestThreshold([2, NaN, 1, Infinity, 1000], { percentile: 50 })).toEqual({
      maxNorm: 2,
      because:
        '2 is percentile 50 of 3 measured norms (median 2, largest 1000); it would have clipped 1 of them. ' +
        '2 more were NaN or Infinity.',
    });
  });

  it('takes the stats of an optimizer', async () => {
    const w = tf.variable(tf.tensor1d([0]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(0.1), none());
    for (const norm of hundred) optimizer.applyGradients({ w: tf.tensor1d([norm]) });
    const stats = await optimizer.stats();
    for (const percentile of [0, 25, 50, 75, 90, 99, 100]) {
      expect(suggestThreshold(stats, { percentile }).maxNorm).toBeCloseTo(1 + 0.99 * percentile, 10);
    }
    expect(suggestThreshold(stats).because).toContain('90.1 is percentile 90 of 100 measured norms');
    w.dispose();
    optimizer.dispose();
  });

  it('refuses a percentile that the stats do not have', () => {
    const normBefore = { min: 1, p25: 2, median: 4, p75: 8, p90: 16, p99: 32, max: 64 };
    const error = refusal(() => suggestThreshold({ steps: 7, normBefore } as ClipStats, { percentile: 95 }));
    expect(error.message).toBe(
      '`suggestThreshold(stats, { percentile: 95 })`: the stats have only the percentiles 0, 25, 50, 75, 90, 99, 100; ' +
        'pass the optimizer for others.',
    );
  });

  it('takes an optimizer, exact for every percentile', async () => {
    const w = tf.variable(tf.tensor1d([0]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(0), none());
    for (const norm of [...hundred, NaN]) optimizer.applyGradients({ w: tf.tensor1d([norm]) });
    const { maxNorm, because } = await suggestThreshold(optimizer, { percentile: 95 });
    expect(maxNorm).toBeCloseTo(95.05, 5);
    expect(because).toContain('is percentile 95 of 100 measured norms');
    expect(because).toContain('1 more was NaN or Infinity.');
    w.dispose();
    optimizer.dispose();
  });

  it('states how many steps it would have clipped, also among equal norms', async () => {
    const w = tf.variable(tf.tensor1d([0]), true, 'w');
    for (const norms of [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 2, 1000], [1, 1, 2, 2, 3, 3, 4, 9, 9, 9], hundred, [5]]) {
      const optimizer = clipOptimizer(tf.train.sgd(0), none());
      for (const norm of [...norms, NaN]) optimizer.applyGradients({ w: tf.tensor1d([norm]) });
      const stats = await optimizer.stats();
      for (const percentile of [0, 25, 50, 75, 90, 99, 100]) {
        const { maxNorm, because } = suggestThreshold(norms, { percentile });
        const above = norms.filter((norm) => norm > maxNorm).length;
        expect(because).toContain(`; it would have clipped ${above} of them.`);
        const most = /it would have clipped at most (\d+) of them\. 1 more was/.exec(
          suggestThreshold(stats, { percentile }).because,
        );
        expect(Number(most![1])).toBeGreaterThanOrEqual(above);
        if (new Set(norms).size === norms.length) expect(Number(most![1])).toBe(above);
      }
      optimizer.dispose();
    }
    w.dispose();
  });

  it('accepts stats with norms of 0', () => {
    const normBefore = { min: 0, p25: 0, median: 4, p75: 8, p90: 16, p99: 32, max: 64 };
    expect(suggestThreshold({ steps: 7, normBefore } as ClipStats).maxNorm).toBe(16);
  });

  it('uses the singular for one norm', () => {
    expect(suggestThreshold([2, NaN]).because).toContain('of them. 1 more was NaN or Infinity.');
    expect(suggestThreshold([2]).because).toMatch(/of them\.$/);
  });

  const stats = (steps: number, max: number, rest = NaN): ClipStats =>
    ({ steps, normBefore: { min: rest, p25: rest, median: rest, p75: rest, p90: rest, p99: rest, max } }) as ClipStats;
  it.each([
    ['nothing', [], 'received no norms. Train some steps first.'],
    ['nothing finite', [NaN, Infinity], 'none of the 2 norms is finite. `diagnose(optimizer)` may tell why.'],
    ['negative norms', [1, -1], 'a norm is never negative; received -1.'],
    ['no numbers', ['1'], 'received ["1"].'],
    ['no list', 7, 'received 7.'],
    ['stats of no steps', stats(0, NaN), 'received no norms. Train some steps first.'],
    ['a string', '', 'received "".'],
    ['a promise', Promise.resolve(), 'received a promise; put `await` before it.'],
    ['a fractional length', { length: 0.5, 0: 1 }, 'received {"0":1,"length":0.5}.'],
    ['incomplete stats', { steps: 1, normBefore: { max: 1 } }, 'received {"steps":1,"normBefore":{"max":1}}.'],
    ['stats of negative norms', stats(5, 1, -2), 'a norm is never negative; received -2.'],
    ['stats with some finite norms', stats(5, 3), 'none of the 5 norms is finite. `diagnose(optimizer)` may tell why.'],
    [
      'stats without a finite norm',
      stats(5, NaN),
      'none of the 5 norms is finite. `diagnose(optimizer)` may tell why.',
    ],
  ])('refuses %s', (_, norms, reason) => {
    const error = refusal(() => suggestThreshold(norms as number[]));
    expect(error.message).toBe(`\`suggestThreshold(source)\` takes an optimizer, finite norms or stats; ${reason}`);
    expect(error.code).toBe('bad-option');
  });

  it('accepts typed arrays and array-likes', () => {
    expect(suggestThreshold({ length: 2, 0: 1, 1: 3 }, { percentile: 50 }).maxNorm).toBe(2);
    expect(suggestThreshold(Float32Array.of(1, 3), { percentile: 50 }).maxNorm).toBe(2);
  });

  it('refuses a misspelt option', () => {
    expect(() => suggestThreshold([1], { percentil: 50 } as object)).toThrow(
      '`suggestThreshold` has no option `percentil`; it has `percentile`. Did you mean `percentile`?',
    );
  });

  it('refuses to suggest 0', () => {
    const error = refusal(() => suggestThreshold([0, 0, 0, 1], { percentile: 50 }));
    expect(error.message).toBe(
      '`suggestThreshold`: 50 % of the 4 norms are 0, so the threshold would be 0. Does the loss depend on the variables?',
    );
    expect(error.code).toBe('bad-option');
  });

  it('asks whether a share is meant as a percentile', () => {
    expect(() => suggestThreshold([1], { percentile: 0.95 })).toThrow(/; received 0\.95\. Did you mean 95\?$/);
  });

  it.each([101, -1, NaN, '50'])('refuses percentile %j', (percentile) => {
    const error = refusal(() => suggestThreshold([1], { percentile: percentile as number }));
    expect(error.message).toMatch(
      /^`percentile` of `suggestThreshold` must be 0, or a number from 1 to 100; received /,
    );
    expect(error.code).toBe('bad-option');
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
])('rounds %d to %s', (value, rounded) => {
  expect(round(value)).toBe(rounded);
});

function refusal(call: () => unknown): ClippingError {
  const error = thrownBy(call);
  expect(error).toBeInstanceOf(ClippingError);
  return error as ClippingError;
}
