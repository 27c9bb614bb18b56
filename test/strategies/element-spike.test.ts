import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { elementSpike } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/element-spike.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

// A root of a mean square, rounded in each of sixty steps.
const tolerance = 1e-5;

testLaws(elementSpike, { oracle, tolerance, ...conditions['element-spike'] });

describe('elementSpike', () => {
  itAgreesWith(elementSpike, oracle, [{}, { threshold: 2, decay: 0.9, warmup: 5 }, { decay: 0, warmup: 0 }], {
    tolerance,
  });

  // With decay ¾ a first gradient of 2 leaves v = ¼·4 = 1, so that √(9·1) = 3 passes.
  const options = { threshold: 9, decay: 0.75, warmup: 1 };

  it.each([
    { about: 'the warm-up passes', given: [2], expected: [2] },
    { about: 'under √(θ·v): untouched', given: [2, 2.9], expected: [2, 2.9] },
    { about: 'over it: to √(θ·v)', given: [2, 100], expected: [2, 3] },
    { about: 'the sign stays', given: [2, -100], expected: [2, -3] },
    { about: 'v grows by what passed: ¾·1 + ¼·9 = 3', given: [2, 100, 100], expected: [2, 3, Math.sqrt(27)] },
    {
      about: 'each element by itself',
      given: [
        [2, 4],
        [100, 5],
      ],
      expected: [
        [2, 4],
        [3, 5],
      ],
    },
    {
      about: 'what has been 0 so far passes',
      given: [
        [2, 0],
        [100, 7],
      ],
      expected: [
        [2, 0],
        [3, 7],
      ],
    },
  ])('$about', ({ given, expected }) => {
    expect(clippedInTurn(elementSpike(options), given)).toEqual(nearly(expected));
  });

  // kozistr/pytorch_optimizer clips a copy that boolean indexing makes, so nothing is clipped.
  it('clips the gradient that the optimizer gets', () => {
    const w = tf.variable(tf.scalar(0), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), elementSpike(options));
    for (const value of [2, 100]) optimizer.applyGradients({ w: tf.scalar(value) });
    expect(w.dataSync()[0]).toBeCloseTo(-5, 5);
    optimizer.dispose();
    w.dispose();
  });

  it('touches nothing but spikes under its default, 71 times the usual', () => {
    const usual = Array.from({ length: 5000 }, (_, step) => (step % 2 === 0 ? 1 : -1));
    const clipped = clippedInTurn(elementSpike(), [...usual.map((value) => [value, value]), [60, 80]]) as number[][];
    expect(clipped.slice(0, 5000).map(([value]) => value)).toEqual(usual);
    const v = 1 - 0.999 ** 5000;
    expect(clipped[5000]).toEqual([60, expect.closeTo(Math.sqrt(5000 * v), 2)]);
  });

  it('remembers roots, which fit into float32 where squares do not', () => {
    const strategy = elementSpike({ ...options, warmup: 1 });
    expect(clippedInTurn(strategy, [2e25, 1e27]) as number[]).toEqual([
      Math.fround(2e25),
      expect.closeTo(3e25, -20) as unknown,
    ]);
    expect((clippedInTurn(strategy, [2e-30, 1]) as number[])[1]! / 3e-30).toBeCloseTo(1, 5);
  });

  it('leaves the memory of a variable whose gradient is absent', () => {
    const steps = inTurn(elementSpike(options), [{ a: 2, b: 2 }, { a: 2 }], { a: 0, b: 0 });
    expect(steps[1]?.state).toMatchObject({ seen: 1, 'root/b': steps[0]?.state['root/b'] });
  });

  it.each([
    [{ threshold: -1 }, '`element-spike({ threshold })` must be a number from 0 to Infinity; received -1.'],
    [{ decay: 1 }, '`element-spike({ decay })` must be a number from 0 up to but not including 1; received 1.'],
    [{ warmup: -1 }, '`element-spike({ warmup })` must be a whole number of at least 0; received -1.'],
  ])('refuses %s', (given, message) => {
    expect(() => elementSpike(given)).toThrow(message);
  });
});
