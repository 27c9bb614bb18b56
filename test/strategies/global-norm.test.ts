import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws, testLawsWith } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/global-norm.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

testLaws(globalNorm, { oracle });
testLawsWith(globalNorm, {
  oracle,
  options: { maxNorm: { kind: 'measured', steps: 5, percentile: 40 } },
  laws: { idempotent: false },
});

describe('globalNorm', () => {
  itMatchesOracle(globalNorm, oracle, [
    { ord: 1 },
    { ord: 'inf' },
    { ord: 3, maxNorm: 0.1 },
    { ord: 0.5 },
    { maxNorm: 1e-8 },
  ]);

  it.each([
    { title: 'leaves a gradient under the threshold unchanged', maxNorm: 10, input: [3, 4], expected: [3, 4] },
    { title: 'leaves a gradient at the threshold unchanged', maxNorm: 5, input: [3, 4], expected: [3, 4] },
    { title: 'scales a norm of 5 down to 2.5', maxNorm: 2.5, input: [3, 4], expected: [1.5, 2] },
    { title: 'returns zeros when maxNorm is 0', maxNorm: 0, input: [3, 4], expected: [0, 0] },
    { title: 'clips nothing when maxNorm is Infinity', maxNorm: Infinity, input: [3e20, 4e20], expected: [3e20, 4e20] },
    { title: 'keeps a zero gradient at zero', maxNorm: 1, input: [0, 0], expected: [0, 0] },
    { title: 'scales a 1-norm of 7 down to 3.5', ord: 1, maxNorm: 3.5, input: [3, 4], expected: [1.5, 2] },
    {
      title: 'scales an infinity norm of 4 down to 2',
      ord: 'inf' as const,
      maxNorm: 2,
      input: [3, -4],
      expected: [1.5, -2],
    },
  ])('$title', ({ input, expected, title: _, ...options }) => {
    expect(clipVariable(globalNorm(options), [input])).toEqual([expected.map(Math.fround)]);
  });

  it('computes one norm over all variables', () => {
    const [step] = clipSteps(globalNorm({ maxNorm: 6.5 }), [{ a: [3, 4], b: 12 }]);
    expect(step?.gradients).toEqual({ a: [1.5, 2], b: 6 });
  });

  // ‖(1, 2, 3)‖ = √14 = 3.7417, and 2/3.7417 = 0.5345.
  it('clips [1, 2, 3] to a norm of 2', () => {
    const [clipped] = clipVariable(globalNorm({ maxNorm: 2 }), [[1, 2, 3]]) as number[][];
    expect(clipped?.map((value) => value.toFixed(2))).toEqual(['0.53', '1.07', '1.60']);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => globalNorm({ maxNorm: -1 })).toThrow(
      new ClippingError('bad-option', '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.'),
    );
  });

  it('suggests the closest name for a misspelled option', () => {
    expect(() => globalNorm({ maxNrm: 1 } as object)).toThrow(
      new ClippingError(
        'unknown-option',
        '`global-norm` has no option `maxNrm`; it has `maxNorm`, `ord`. Did you mean `maxNorm`?',
      ),
    );
  });
});

describe('globalNorm compared with other libraries', () => {
  // torch.nn.utils.clip_grad_norm_([w1, w2], max_norm=1.0) with gradients (3, 4) and (12): the norm is 13, and torch
  // multiplies by 1 / (13 + 1e-6), which equals our result to seven digits.
  it('matches clip_grad_norm_ in PyTorch', () => {
    const factor = 1 / (13 + 1e-6);
    const [step] = clipSteps(globalNorm({ maxNorm: 1 }), [{ w1: [3, 4], w2: [12] }]);
    expect(step?.gradients).toEqual({ w1: closeTo([3 * factor, 4 * factor]), w2: closeTo([12 * factor]) });
  });

  // tf.clip_by_global_norm([[1, 2], [2]], clip_norm=1.5): the norm is 3, so each value is halved, as in
  // keras.optimizers.SGD(global_clipnorm=1.5).
  it('matches clip_by_global_norm and global_clipnorm in TensorFlow and Keras', () => {
    const [step] = clipSteps(globalNorm({ maxNorm: 1.5 }), [{ a: [1, 2], b: [2] }]);
    expect(step?.gradients).toEqual({ a: [0.5, 1], b: [1] });
  });

  // torch 2.x: the float32 norm of (3e20, 4e20) is inf, the coefficient 1/inf = 0, and the step silently vanishes.
  it('clips a gradient whose squares overflow, where clip_grad_norm_ returns zeros', () => {
    const input = [3e20, 4e20];
    const naive = tf.tidy(() => tf.div(1, tf.sqrt(tf.sum(tf.square(tf.tensor1d(input))))).dataSync()[0]);
    expect(naive).toBe(0);
    expect(clipVariable(globalNorm({ maxNorm: 1 }), [input])).toEqual([closeTo([0.6, 0.8])]);
  });

  // keras: g * clip / max(norm, clip) with clip = inf is g * inf / inf = NaN.
  it('clips nothing at Infinity, where global_clipnorm=inf returns NaN', () => {
    expect(clipVariable(globalNorm({ maxNorm: Infinity }), [[1, -2]])).toEqual([[1, -2]]);
  });

  // Two tensors with norms 3 and 4 are 5 together; adding the norms, as one Rust port does, gives 7.
  it('combines the norms of variables by their squares, not by their sum', () => {
    const [step] = clipSteps(globalNorm({ maxNorm: 5 }), [{ a: [3, 0], b: [0, 4] }]);
    expect(step?.gradients).toEqual({ a: [3, 0], b: [0, 4] });
  });

  it('returns the same tensors when it clips nothing', () => {
    tf.tidy(() => {
      const w = tf.tensor1d([3, 4]);
      const { gradients } = globalNorm({ maxNorm: 5 }).clip({ w }, {}, { step: 0, parameters: { w } });
      expect(gradients['w']).toBe(w);
    });
  });

  it('moves weights by at most the learning rate times maxNorm', () => {
    const w = tf.variable(tf.tensor1d([0, 0, 0]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 2 }));
    tf.tidy(() => optimizer.applyGradients({ w: tf.tensor1d([1, 2, 3]) }));
    expect(Array.from(w.dataSync())).toEqual(closeTo([-0.534522, -1.069045, -1.603567]));
    optimizer.dispose();
    w.dispose();
  });
});
