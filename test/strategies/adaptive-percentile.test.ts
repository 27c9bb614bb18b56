import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer } from 'gradclip';
import { adaptivePercentile } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws, testLawsWith } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/adaptive-percentile.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

testLaws(adaptivePercentile, { oracle, ...conditions['adaptive-percentile'] });
for (const scope of ['layer', 'variable'] as const) {
  const options = { scope, window: 20, percentile: 50, minHistory: 3 };
  testLawsWith(adaptivePercentile, { oracle, options, laws: { direction: scope } });
}

describe('adaptivePercentile', () => {
  it('keeps a history for each of two equally named layers, also when one has no gradient', () => {
    const minimum = adaptivePercentile({ percentile: 0, scope: 'layer' });
    const parameters = { 'head/kernel': [0], 'head/kernel_1': [0] };
    const steps = [{ 'head/kernel': [3], 'head/kernel_1': [4] }, { 'head/kernel_1': [8] }, { 'head/kernel': [6] }];
    expect(clipSteps(minimum, steps, parameters).map(({ gradients }) => gradients)).toEqual([
      { 'head/kernel': [3], 'head/kernel_1': [4] },
      { 'head/kernel_1': [4] },
      { 'head/kernel': [3] },
    ]);
  });

  itMatchesOracle(adaptivePercentile, oracle, [
    { percentile: 10 },
    { percentile: 0, window: 5 },
    { percentile: 100, window: 7 },
  ]);

  it.each([
    [0.9, '0.9. Did you mean 90?'],
    [0.29, '0.29. Did you mean 29?'],
    [101, '101.'],
    [-1, '-1.'],
  ])('refuses percentile %d', (percentile, received) => {
    expect(() => adaptivePercentile({ percentile })).toThrow(
      new ClippingError(
        'bad-option',
        '`adaptive-percentile({ percentile })` must be 0, or a number from 1 to 100; received ' + received,
      ),
    );
  });

  it.each([
    {
      title: 'leaves the first step unchanged, because it is its own threshold',
      percentile: 50,
      input: [4],
      expected: [4],
    },
    { title: 'clips 4 to 3, the median of 2 and 4', percentile: 50, input: [2, 4], expected: [2, 3] },
    { title: 'clips 9 to 4, the median of 2, 4 and 9', percentile: 50, input: [2, 4, 9], expected: [2, 3, 4] },
    {
      title: 'clips to the smallest norm at percentile 0',
      percentile: 0,
      input: [2, 4, 1],
      expected: [2, 2, 1],
    },
    { title: 'clips nothing at percentile 100', percentile: 100, input: [2, 4, 1], expected: [2, 4, 1] },
    { title: 'interpolates between two norms: 2 + ¼·(6 − 2)', percentile: 25, input: [2, 6], expected: [2, 3] },
    { title: 'keeps signs', percentile: 50, input: [2, -4], expected: [2, -3] },
    {
      title: 'forgets norms that left the window',
      percentile: 50,
      window: 2,
      input: [100, 2, 4],
      expected: [100, 2, 3],
    },
    {
      title: 'clips nothing before minHistory steps',
      percentile: 0,
      minHistory: 3,
      input: [2, 4, 9],
      expected: [2, 4, 2],
    },
  ])('$title', ({ input, expected, title: _, ...options }) => {
    expect(clipVariable(adaptivePercentile(options), input)).toEqual(expected.map((value) => closeTo(value)));
  });

  it('computes one norm over all variables by default', () => {
    const steps = clipSteps(adaptivePercentile({ percentile: 0 }), [
      { a: [3], b: [4] },
      { a: [6], b: [8] },
    ]);
    expect(steps[1]?.gradients).toEqual({ a: closeTo([3]), b: closeTo([4]) });
  });

  // The Keras port of AutoClip compares each variable's own norm with a percentile of global norms: here a of
  // norm 6 and b of norm 8 would both pass under a threshold of 8.66, though their global norm is 10.
  it('clips the same norm that it takes the percentile of', () => {
    const steps = clipSteps(adaptivePercentile({ percentile: 73.2 }), [
      { a: [3], b: [4] },
      { a: [6], b: [8] },
    ]);
    const { a, b } = steps[1]?.gradients as { a: [number]; b: [number] };
    expect(Math.hypot(a[0], b[0])).toBeCloseTo(8.66, 4);
    expect(b[0] / a[0]).toBeCloseTo(8 / 6, 5);
  });

  it('keeps one history per layer or per variable', () => {
    const input = [
      { 'lstm/kernel': [3], 'lstm/bias': [4], 'dense/kernel': [1] },
      { 'lstm/kernel': [6], 'lstm/bias': [8], 'dense/kernel': [9] },
    ];
    const byLayer = clipSteps(adaptivePercentile({ percentile: 0, scope: 'layer' }), input);
    expect(byLayer[1]?.gradients).toEqual({
      'lstm/kernel': closeTo([3]),
      'lstm/bias': closeTo([4]),
      'dense/kernel': closeTo([1]),
    });
    const byVariable = clipSteps(adaptivePercentile({ percentile: 0, scope: 'variable' }), [
      ...input,
      { 'lstm/bias': [2], 'dense/kernel': [5] },
    ]);
    expect(byVariable[2]?.gradients).toEqual({ 'lstm/bias': [2], 'dense/kernel': closeTo([1]) });
  });

  // In the reference implementation one NaN norm makes every later percentile NaN.
  it.each(['skip', 'zero', 'propagate'] as const)(
    'keeps its history finite after a NaN when onNonFinite is %s',
    (onNonFinite) => {
      const w = tf.variable(tf.tensor1d([0]), true, 'w');
      const optimizer = clipOptimizer(tf.train.sgd(1), adaptivePercentile({ percentile: 50 }), { onNonFinite });
      const apply = (gradient: number): void => tf.tidy(() => optimizer.applyGradients({ w: tf.tensor1d([gradient]) }));
      apply(2);
      apply(NaN);
      w.assign(tf.tensor1d([0]));
      apply(4);
      // The history is 2 and 4, so the median is 3.
      expect(w.dataSync()[0]).toBeCloseTo(-3, 5);
      expect(Array.from(optimizer.state['filled/global']?.dataSync() ?? [])).toEqual([2]);
      optimizer.dispose();
      w.dispose();
    },
  );
});
