import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer } from 'gradclip';
import { perValue } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/per-value.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable } from '../support/clip-steps.ts';

testLaws(perValue, { oracle });

describe('perValue', () => {
  itMatchesOracle(perValue, oracle, [
    { min: -0.5, max: 2 },
    { maxAbs: 1e-6 },
    { min: 0, max: Infinity },
    { maxAbs: 0 },
  ]);

  it.each([
    {
      title: 'leaves values inside the bounds unchanged',
      options: { maxAbs: 3 },
      input: [1, -2, 3],
      expected: [1, -2, 3],
    },
    {
      title: 'clips values outside to the nearest bound',
      options: { maxAbs: 2 },
      input: [1, -2, 3],
      expected: [1, -2, 2],
    },
    { title: 'accepts bounds that are not symmetric', options: { min: -1, max: 2 }, input: [-3, 3], expected: [-1, 2] },
    {
      title: 'keeps only positive values when min is 0',
      options: { min: 0, max: 5 },
      input: [-3, 3],
      expected: [0, 3],
    },
    { title: 'returns zeros when maxAbs is 0', options: { maxAbs: 0 }, input: [-3, 3], expected: [0, 0] },
    {
      title: 'clips nothing when maxAbs is Infinity',
      options: { maxAbs: Infinity },
      input: [-3e30, 3],
      expected: [-3e30, 3],
    },
    { title: 'clips to 1 by default', options: {}, input: [-3, 0.5], expected: [-1, 0.5] },
  ])('$title', ({ options, input, expected }) => {
    const [clipped] = clipVariable(perValue(options), [input]) as number[][];
    // Treats -0 as 0.
    expect(clipped?.map((value) => value + 0)).toEqual(expected.map(Math.fround));
  });

  // torch.nn.utils.clip_grad_value_(w, clip_value=0.5), keras.optimizers.SGD(clipvalue=0.5) and
  // tf.clip_by_value(t, -0.5, 0.5) of (-2, 0.3, 0.7).
  it('matches clip_grad_value_, clipvalue and clip_by_value', () => {
    expect(clipVariable(perValue({ maxAbs: 0.5 }), [[-2, 0.3, 0.7]])).toEqual([[-0.5, Math.fround(0.3), 0.5]]);
  });

  // tf.clip_by_value's own documentation: [[-5, -1], [0, 5]] with -1 and 1 is [[-1, -1], [0, 1]].
  it("matches the example in TensorFlow's documentation", () => {
    const input = [
      [-5, -1],
      [0, 5],
    ];
    const expected = [
      [-1, -1],
      [0, 1],
    ];
    expect(clipVariable(perValue({ min: -1, max: 1 }), [input])).toEqual([expected]);
  });

  it.each([
    [{ maxAbs: -1 }, '`per-value({ maxAbs })` must be a number from 0 to Infinity, or null; received -1.'],
    [{ maxAbs: 1, min: -1 }, '`per-value` takes either `maxAbs`, or both `min` and `max`; received `maxAbs`, `min`.'],
    [{ min: -1 }, '`per-value` takes either `maxAbs`, or both `min` and `max`; received `min`.'],
    [{ max: 1 }, '`per-value` takes either `maxAbs`, or both `min` and `max`; received `max`.'],
  ])('rejects %o and names the rule', (options, message) => {
    expect(() => perValue(options)).toThrow(new ClippingError('bad-option', message));
  });
});

it.each([
  [{ min: -1, max: 10 }, [-3, 4], [-1, 4]],
  [{ min: -10, max: 1 }, [-3, 4], [-3, 1]],
])('perValue(%j) clamps in an optimizer, which has computed the norm before', (options, gradient, expected) => {
  const w = tf.variable(tf.tensor1d([0, 0]));
  const optimizer = clipOptimizer(tf.train.sgd(1), perValue(options));
  optimizer.applyGradients({ [w.name]: tf.tensor1d(gradient) });
  expect([...w.dataSync()]).toEqual(expected.map((value) => -value));
  w.dispose();
});
