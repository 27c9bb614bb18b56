import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { elementSpike } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/element-spike.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

// The root mean square is rounded in each of sixty steps.
const tolerance = 1e-5;

testLaws(elementSpike, { oracle, tolerance, ...conditions['element-spike'] });

describe('elementSpike', () => {
  itMatchesOracle(elementSpike, oracle, [{}, { threshold: 2, decay: 0.9, warmup: 5 }, { decay: 0, warmup: 0 }], {
    tolerance,
  });

  // With decay ¾ a first gradient of 2 leaves v = ¼·4 = 1, so the limit is √(9·1) = 3.
  const options = { threshold: 9, decay: 0.75, warmup: 1 };

  it.each([
    { title: 'clips nothing during the warm-up', input: [2], expected: [2] },
    { title: 'leaves a value under √(θ·v) unchanged', input: [2, 2.9], expected: [2, 2.9] },
    { title: 'clips a value over √(θ·v) to √(θ·v)', input: [2, 100], expected: [2, 3] },
    { title: 'keeps the sign', input: [2, -100], expected: [2, -3] },
    { title: 'updates v with the clipped value: ¾·1 + ¼·9 = 3', input: [2, 100, 100], expected: [2, 3, Math.sqrt(27)] },
    {
      title: 'clips each element separately',
      input: [
        [2, 4],
        [100, 5],
      ],
      expected: [
        [2, 4],
        [3, 5],
      ],
    },
    {
      title: 'leaves an element that has always been 0 unchanged',
      input: [
        [2, 0],
        [100, 7],
      ],
      expected: [
        [2, 0],
        [3, 7],
      ],
    },
  ])('$title', ({ input, expected }) => {
    expect(clipVariable(elementSpike(options), input)).toEqual(closeTo(expected));
  });

  // kozistr/pytorch_optimizer clips a copy made by boolean indexing, so it clips nothing.
  it('clips the gradient that the wrapped optimizer receives', () => {
    const w = tf.variable(tf.scalar(0), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), elementSpike(options));
    for (const value of [2, 100]) optimizer.applyGradients({ w: tf.scalar(value) });
    expect(w.dataSync()[0]).toBeCloseTo(-5, 5);
    optimizer.dispose();
    w.dispose();
  });

  it('clips only values above 71 times the usual with its default threshold', () => {
    const usual = Array.from({ length: 5000 }, (_, step) => (step % 2 === 0 ? 1 : -1));
    const clipped = clipVariable(elementSpike(), [...usual.map((value) => [value, value]), [60, 80]]) as number[][];
    expect(clipped.slice(0, 5000).map(([value]) => value)).toEqual(usual);
    const v = 1 - 0.999 ** 5000;
    expect(clipped[5000]).toEqual([60, expect.closeTo(Math.sqrt(5000 * v), 2)]);
  });

  it('keeps roots in its state, because squares can overflow float32', () => {
    const strategy = elementSpike({ ...options, warmup: 1 });
    expect(clipVariable(strategy, [2e25, 1e27]) as number[]).toEqual([
      Math.fround(2e25),
      expect.closeTo(3e25, -20) as unknown,
    ]);
    expect((clipVariable(strategy, [2e-30, 1]) as number[])[1]! / 3e-30).toBeCloseTo(1, 5);
  });

  it('keeps the state of a variable whose gradient is absent', () => {
    const steps = clipSteps(elementSpike(options), [{ a: 2, b: 2 }, { a: 2 }], { a: 0, b: 0 });
    expect(steps[1]?.state).toMatchObject({ seen: 1, 'root/b': steps[0]?.state['root/b'] });
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => elementSpike({ threshold: -1 })).toThrow(
      '`element-spike({ threshold })` must be a number from 0 to Infinity; received -1.',
    );
  });
});
