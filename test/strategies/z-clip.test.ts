import * as tf from '@tensorflow/tfjs';
import { ClippedOptimizer, clipOptimizer } from 'gradclip';
import { zClip } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/z-clip.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

// A limit is made of a mean, a deviation and their quotient, each rounded in each of sixty steps.
const tolerance = 1e-5;

testLaws(zClip, { oracle, tolerance, ...conditions['z-clip'] });

describe('zClip', () => {
  itAgreesWith(
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

  // Norms of 1 and 3 have mean 2 and deviation 1, so a z of 2 begins at 4.
  const warm = { warmup: 2, maxZ: 2, decay: 0.5 };

  it.each([
    { about: 'the warm-up passes', options: warm, given: [1, 3], expected: [1, 3] },
    { about: 'z = 2 passes', options: warm, given: [1, 3, 4], expected: [1, 3, 4] },
    { about: 'z = 4: to 2 + 2·2/4 = 3', options: warm, given: [1, 3, 6], expected: [1, 3, 3] },
    { about: 'z = 100: nearly to the mean', options: warm, given: [1, 3, 102], expected: [1, 3, 2.04] },
    { about: 'small ones are no spikes', options: warm, given: [1, 3, 0.001], expected: [1, 3, 0.001] },
    {
      about: 'factor shortens the whole limit',
      options: { ...warm, factor: 0.5 },
      given: [1, 3, 6],
      expected: [1, 3, 1.5],
    },
    { about: 'to the mean', options: { ...warm, mode: 'mean' as const }, given: [1, 3, 6], expected: [1, 3, 2] },
    { about: 'to mean + 2σ', options: { ...warm, mode: 'percentile' as const }, given: [1, 3, 6], expected: [1, 3, 4] },
    {
      about: 'maxNorm holds in the warm-up too',
      options: { ...warm, maxNorm: 2 },
      given: [1, 3, 6],
      expected: [1, 2, 2],
    },
    { about: 'zeros first do not warm up', options: warm, given: [0, 0, 0, 1, 3, 6], expected: [0, 0, 0, 1, 3, 3] },
  ])('$about', ({ options, given, expected }) => {
    expect(clippedInTurn(zClip(options), given)).toEqual(nearly(expected));
  });

  it('moves mean and deviation by what passed', () => {
    const steps = inTurn(zClip(warm), [{ w: 1 }, { w: 3 }, { w: 6 }]);
    expect(steps[1]?.state).toEqual({ seen: 2, mean: 2, deviation: nearly(1) });
    // μ = ½·2 + ½·3, σ² = ½·1 + ½·(3 − 2.5)²
    expect(steps[2]?.state).toEqual({ seen: 2, mean: nearly(2.5), deviation: nearly(Math.sqrt(0.625)) });
  });

  it('keeps spikes out of both with skipSpikes, and still clips them', () => {
    const steps = inTurn(zClip({ ...warm, skipSpikes: true }), [{ w: 1 }, { w: 3 }, { w: 6 }]);
    expect(steps[2]?.gradients).toEqual({ w: nearly(3) });
    expect(steps[2]?.state).toEqual(steps[1]?.state);
  });

  // The reference divides by σ + 1e-6: after a warm-up of equal norms every step that is a little longer is a spike.
  it('does not take every step for a spike after norms without spread', () => {
    const constant = new Array<number>(25).fill(1);
    expect(clippedInTurn(zClip(), [...constant, 1.02, 1.02]).slice(25)).toEqual(nearly([1.02, 1.02]));
    expect(clippedInTurn(zClip({ relativeFloor: 0 }), [...constant, 1.02])[25]).toEqual(nearly(1));
  });

  it('does not depend on the scale of the loss', () => {
    const norms = [1, 3, 2, 1.5, 2.5, 40, 2, 3];
    const plain = clippedInTurn(zClip({ warmup: 4 }), norms) as number[];
    for (const scale of [1e-12, 1e12]) {
      const scaled = clippedInTurn(
        zClip({ warmup: 4 }),
        norms.map((norm) => norm * scale),
      ) as number[];
      expect(scaled.map((value) => value / scale)).toEqual(nearly(plain));
    }
  });

  // The reference keeps mean and variance in a callback that is not saved, and warms up anew after each resume.
  it('is saved with the optimizer, and does not warm up again', async () => {
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

  it.each([
    [{ maxZ: -1 }, '`z-clip({ maxZ })` must be a number from 0 to Infinity; received -1.'],
    [{ decay: 1 }, '`z-clip({ decay })` must be a number from 0 up to but not including 1; received 1.'],
    [{ warmup: 0 }, '`z-clip({ warmup })` must be a whole number of at least 1; received 0.'],
    [
      { mode: 'zscore' as never },
      "`z-clip({ mode })` must be one of 'adaptive', 'mean', 'percentile'; received \"zscore\".",
    ],
    [{ maxNorm: -1 }, '`z-clip({ maxNorm })` must be a number from 0 to Infinity, or null; received -1.'],
    [{ factor: 2 }, '`z-clip({ factor })` must be a number from 0 to 1; received 2.'],
    [{ skipSpikes: 1 as never }, '`z-clip({ skipSpikes })` must be true or false; received 1.'],
    [{ relativeFloor: NaN }, '`z-clip({ relativeFloor })` must be a number from 0 to Infinity; received NaN.'],
  ])('refuses %s', (options, message) => {
    expect(() => zClip(options)).toThrow(message);
  });
});
