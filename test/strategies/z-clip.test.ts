import * as tf from '@tensorflow/tfjs';
import { ClippedOptimizer, clipOptimizer } from 'gradclip';
import { zClip } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/z-clip.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

// The limit depends on a mean, a deviation and their quotient; each is rounded in each of sixty steps.
const tolerance = 1e-5;

testLaws(zClip, { oracle, tolerance, ...conditions['z-clip'] });

describe('zClip', () => {
  itMatchesOracle(
    zClip,
    oracle,
    [
      {},
      { warmup: 3, mode: 'mean' },
      { warmup: 3, mode: 'percentile', maxZ: 1 },
      { warmup: 3, factor: 0.5, decay: 0.9 },
      { warmup: 3, skipSpikes: true, maxNorm: 1 },
      { warmup: 3, relativeFloor: 0.2 },
    ],
    { tolerance },
  );

  // Norms of 1 and 3 have mean 2 and deviation 1, so 4 has a z-score of 2.
  const warm = { warmup: 2, maxZ: 2, decay: 0.5 };

  it.each([
    { title: 'clips nothing during the warm-up', options: warm, input: [1, 3], expected: [1, 3] },
    { title: 'leaves a z-score of maxZ unchanged', options: warm, input: [1, 3, 4], expected: [1, 3, 4] },
    { title: 'clips a z-score of 4 to 2 + 2·2/4 = 3', options: warm, input: [1, 3, 6], expected: [1, 3, 3] },
    { title: 'clips a z-score of 100 nearly to the mean', options: warm, input: [1, 3, 102], expected: [1, 3, 2.04] },
    { title: 'leaves small norms unchanged', options: warm, input: [1, 3, 0.001], expected: [1, 3, 0.001] },
    {
      title: 'multiplies the limit by factor',
      options: { ...warm, factor: 0.5 },
      input: [1, 3, 6],
      expected: [1, 3, 1.5],
    },
    {
      title: 'clips to the mean in mode mean',
      options: { ...warm, mode: 'mean' as const },
      input: [1, 3, 6],
      expected: [1, 3, 2],
    },
    {
      title: 'clips to mean + 2σ in mode percentile',
      options: { ...warm, mode: 'percentile' as const },
      input: [1, 3, 6],
      expected: [1, 3, 4],
    },
    {
      title: 'applies maxNorm during the warm-up too',
      options: { ...warm, maxNorm: 2 },
      input: [1, 3, 6],
      expected: [1, 2, 2],
    },
    {
      title: 'ignores leading zeros in the warm-up',
      options: warm,
      input: [0, 0, 0, 1, 3, 6],
      expected: [0, 0, 0, 1, 3, 3],
    },
  ])('$title', ({ options, input, expected }) => {
    expect(clipVariable(zClip(options), input)).toEqual(closeTo(expected));
  });

  it('updates mean and deviation with the clipped norm', () => {
    const steps = clipSteps(zClip(warm), [{ w: 1 }, { w: 3 }, { w: 6 }]);
    expect(steps[1]?.state).toEqual({ seen: 2, mean: 2, deviation: closeTo(1) });
    // μ = ½·2 + ½·3, σ² = ½·1 + ½·(3 − 2.5)²
    expect(steps[2]?.state).toEqual({ seen: 2, mean: closeTo(2.5), deviation: closeTo(Math.sqrt(0.625)) });
  });

  it('clips spikes but keeps them out of the statistics with skipSpikes', () => {
    const steps = clipSteps(zClip({ ...warm, skipSpikes: true }), [{ w: 1 }, { w: 3 }, { w: 6 }]);
    expect(steps[2]?.gradients).toEqual({ w: closeTo(3) });
    expect(steps[2]?.state).toEqual(steps[1]?.state);
  });

  // The reference divides by σ + 1e-6: after a warm-up of equal norms every slightly larger step is a spike.
  it('accepts small changes after a warm-up of equal norms', () => {
    const constant = new Array<number>(25).fill(1);
    expect(clipVariable(zClip(), [...constant, 1.02, 1.02]).slice(25)).toEqual(closeTo([1.02, 1.02]));
    expect(clipVariable(zClip({ relativeFloor: 0 }), [...constant, 1.02])[25]).toEqual(closeTo(1));
  });

  it('gives the same result at every scale of the loss', () => {
    const norms = [1, 3, 2, 1.5, 2.5, 40, 2, 3];
    const plain = clipVariable(zClip({ warmup: 4 }), norms) as number[];
    for (const scale of [1e-12, 1e12]) {
      const scaled = clipVariable(
        zClip({ warmup: 4 }),
        norms.map((norm) => norm * scale),
      ) as number[];
      expect(scaled.map((value) => value / scale)).toEqual(closeTo(plain));
    }
  });

  // The reference keeps mean and variance in a callback that is not saved, so it warms up again after each resume.
  it('restores its state with the optimizer and does not warm up again', async () => {
    const w = tf.variable(tf.scalar(0), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), zClip(warm));
    for (const norm of [1, 3]) optimizer.applyGradients({ w: tf.scalar(norm) });
    const loaded: ClippedOptimizer = ClippedOptimizer.fromConfig(ClippedOptimizer, optimizer.getConfig());
    await loaded.setWeights(await optimizer.getWeights());
    loaded.applyGradients({ w: tf.scalar(102) });
    expect(w.dataSync()[0]).toBeCloseTo(-(1 + 3 + 2.04), 4);
    loaded.dispose();
    optimizer.dispose();
    w.dispose();
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => zClip({ maxZ: -1 })).toThrow('`z-clip({ maxZ })` must be a number from 0 to Infinity; received -1.');
  });
});

it('passes a norm exactly at the limit of zClip', () => {
  // μ = 4, σ = 0 and at least 4 / 4, so the limit is 4 + 1 · 1.
  const strategy = zClip({ maxZ: 1, warmup: 2, mode: 'mean', relativeFloor: 0.25 });
  expect(clipVariable(strategy, [[4], [4], [5]])).toEqual([[4], [4], [5]]);
  expect(clipVariable(strategy, [[4], [4], [6]])).toEqual([[4], [4], [4]]);
});
