import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer } from 'gradclip';
import { adaptivePercentile } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws, testLawsWith } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/adaptive-percentile.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

testLaws(adaptivePercentile, { oracle, ...conditions['adaptive-percentile'] });
for (const scope of ['layer', 'variable'] as const) {
  const options = { scope, window: 20, percentile: 50, minHistory: 3 };
  testLawsWith(adaptivePercentile, { oracle, options, laws: { direction: scope } });
}

describe('adaptivePercentile', () => {
  itAgreesWith(adaptivePercentile, oracle, [
    { percentile: 10 },
    { percentile: 0, window: 5 },
    { percentile: 100, window: 7 },
  ]);

  it.each([
    { about: 'the first step is its own threshold', percentile: 50, given: [4], expected: [4] },
    { about: 'the median of 2 and 4 is 3', percentile: 50, given: [2, 4], expected: [2, 3] },
    { about: 'of 2, 4 and 9 it is 4', percentile: 50, given: [2, 4, 9], expected: [2, 3, 4] },
    {
      about: 'the least of all: every step comes out as the shortest',
      percentile: 0,
      given: [2, 4, 1],
      expected: [2, 2, 1],
    },
    { about: 'the longest of all: nothing is clipped', percentile: 100, given: [2, 4, 1], expected: [2, 4, 1] },
    { about: 'between two norms: 2 + ¼·(6 − 2)', percentile: 25, given: [2, 6], expected: [2, 3] },
    { about: 'signs stay', percentile: 50, given: [2, -4], expected: [2, -3] },
    {
      about: 'what left the window is forgotten',
      percentile: 50,
      window: 2,
      given: [100, 2, 4],
      expected: [100, 2, 3],
    },
    {
      about: 'nothing is clipped before there is a history',
      percentile: 0,
      minHistory: 3,
      given: [2, 4, 9],
      expected: [2, 4, 2],
    },
  ])('$about', ({ given, expected, about: _, ...options }) => {
    expect(clippedInTurn(adaptivePercentile(options), given)).toEqual(expected.map((value) => nearly(value)));
  });

  it('takes the whole gradient as one norm', () => {
    const steps = inTurn(adaptivePercentile({ percentile: 0 }), [
      { a: [3], b: [4] },
      { a: [6], b: [8] },
    ]);
    expect(steps[1]?.gradients).toEqual({ a: nearly([3]), b: nearly([4]) });
  });

  // The Keras port of AutoClip holds each variable by itself against a percentile of global norms: here a of
  // length 6 and b of length 8 would both pass under a threshold of 8.66, though together they are 10 long.
  it('clips the norm that its percentile is of', () => {
    const steps = inTurn(adaptivePercentile({ percentile: 73.2 }), [
      { a: [3], b: [4] },
      { a: [6], b: [8] },
    ]);
    const { a, b } = steps[1]?.gradients as { a: [number]; b: [number] };
    expect(Math.hypot(a[0], b[0])).toBeCloseTo(8.66, 4);
    expect(b[0] / a[0]).toBeCloseTo(8 / 6, 5);
  });

  it('keeps a history for each layer, or for each variable', () => {
    const given = [
      { 'lstm/kernel': [3], 'lstm/bias': [4], 'dense/kernel': [1] },
      { 'lstm/kernel': [6], 'lstm/bias': [8], 'dense/kernel': [9] },
    ];
    const byLayer = inTurn(adaptivePercentile({ percentile: 0, scope: 'layer' }), given);
    expect(byLayer[1]?.gradients).toEqual({
      'lstm/kernel': nearly([3]),
      'lstm/bias': nearly([4]),
      'dense/kernel': nearly([1]),
    });
    const byVariable = inTurn(adaptivePercentile({ percentile: 0, scope: 'variable' }), [
      ...given,
      { 'lstm/bias': [2], 'dense/kernel': [5] },
    ]);
    expect(byVariable[2]?.gradients).toEqual({ 'lstm/bias': [2], 'dense/kernel': nearly([1]) });
  });

  // In the reference implementation one NaN norm makes every later percentile NaN.
  it.each(['skip', 'zero', 'propagate'] as const)('is not poisoned by a NaN under %s', (onNonFinite) => {
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
  });

  it.each([
    [{ percentile: 101 }, '`adaptive-percentile({ percentile })` must be a number from 0 to 100; received 101.'],
    [
      { window: 0 },
      '`adaptive-percentile({ window })` must be a whole number of at least 1 and at most 100000; received 0.',
    ],
    [{ minHistory: 1.5 }, '`adaptive-percentile({ minHistory })` must be a whole number of at least 1; received 1.5.'],
    [
      { scope: 'cell' as 'layer' },
      "`adaptive-percentile({ scope })` must be one of 'global', 'layer', 'variable'; received \"cell\".",
    ],
  ])('refuses %o', (options, message) => {
    expect(() => adaptivePercentile(options)).toThrow(new ClippingError('bad-option', message));
  });
});
