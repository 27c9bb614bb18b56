import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { spikeSkip } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/spike-skip.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

testLaws(spikeSkip, { oracle, ...conditions['spike-skip'] });

describe('spikeSkip', () => {
  itMatchesOracle(spikeSkip, oracle, [{}, { maxSigma: 1, decay: 0.8, minWeight: 0.5 }, { minWeight: 0, floor: 1 }]);

  /** Whether the strategy skips each of these norms. */
  const skipped = (options: Parameters<typeof spikeSkip>[0], norms: number[]): boolean[] =>
    clipSteps(
      spikeSkip(options),
      norms.map((w) => ({ w })),
    ).map((step) => step.skipped);

  const e = (exponent: number): number => Math.exp(exponent) - 1;

  it.each([
    // The ln values 1 and 3 have weights 1/3 and 2/3: mean 7/3, variance 8/9, so two deviations end at 4.219.
    {
      title: 'skips a norm more than two deviations above the mean',
      norms: [e(1), e(3), e(4.25)],
      expected: [false, false, true],
    },
    {
      title: 'takes a norm just under two deviations above the mean',
      norms: [e(1), e(3), e(4.2)],
      expected: [false, false, false],
    },
    { title: 'takes a norm far below the mean', norms: [e(1), e(3), 0], expected: [false, false, false] },
  ])('$title', ({ norms, expected }) => {
    expect(skipped({ maxSigma: 2, decay: 0.5, minWeight: 0.7 }, norms)).toEqual(expected);
  });

  it('skips nothing until it has collected minWeight', () => {
    const calm = (steps: number): number[] => new Array<number>(steps).fill(1);
    // 1 − 0.995²⁷⁶ is 0.749, 1 − 0.995²⁷⁷ is 0.751.
    expect(skipped({}, [...calm(276), 1000]).at(-1)).toBe(false);
    expect(skipped({}, [...calm(277), 1000]).at(-1)).toBe(true);
  });

  it('caps a spike at the limit before it enters the statistics', () => {
    const options = { maxSigma: 2, decay: 0.5, minWeight: 0.7 };
    const means = clipSteps(
      spikeSkip(options),
      [e(1), e(3), e(30)].map((w) => ({ w })),
    ).map(({ state }) => state['mean']);
    const cap = 7 / 3 + 2 * Math.sqrt(8 / 9);
    expect(means).toEqual(closeTo([1, 7 / 3, (3 / 7) * (7 / 3) + (4 / 7) * cap]));
  });

  // Lingvo caps from the first step, when mean and deviation are 0: the mean rises by hundredths, and once the
  // weight is enough, ordinary steps are far above it.
  it('skips no ordinary step, early or late', () => {
    const ordinary = Array.from({ length: 600 }, (_, step) => 5 + Math.sin(step) + 0.5 * Math.sin(7.3 * step));
    expect(skipped({}, ordinary)).not.toContain(true);
  });

  it('adapts to a new level, one capped step at a time', () => {
    const norms = [...Array.from({ length: 300 }, (_, step) => 5 + Math.sin(step)), ...new Array<number>(300).fill(50)];
    const outcome = skipped({ decay: 0.98 }, norms);
    expect(outcome.slice(0, 300)).not.toContain(true);
    expect(outcome[300]).toBe(true);
    expect(outcome.at(-1)).toBe(false);
  });

  it('changes no gradient, whether skipped or not', () => {
    expect(clipVariable(spikeSkip({ minWeight: 0, maxSigma: 0 }), [1, 5000])).toEqual([1, 5000]);
  });

  it('keeps weights and momentum unchanged on a skip, unlike a zero gradient', () => {
    const run = (norms: number[]): number => {
      const w = tf.variable(tf.scalar(0), true, 'w');
      const optimizer = clipOptimizer(tf.train.momentum(0.1, 0.9), spikeSkip({ decay: 0.5, minWeight: 0.7 }));
      for (const norm of norms) optimizer.applyGradients({ w: tf.scalar(norm) });
      const [end = NaN] = w.dataSync();
      optimizer.dispose();
      w.dispose();
      return end;
    };
    expect(run([1, 1.5, 1, 1e6])).toBe(run([1, 1.5, 1]));
    expect(run([1, 1.5, 1, 0])).not.toBe(run([1, 1.5, 1]));
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => spikeSkip({ maxSigma: -1 })).toThrow(
      '`spike-skip({ maxSigma })` must be a number from 0 to Infinity; received -1.',
    );
  });
});
