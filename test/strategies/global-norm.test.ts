import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/global-norm.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

testLaws(globalNorm, { oracle });

describe('globalNorm', () => {
  itAgreesWith(globalNorm, oracle, [
    { ord: 1 },
    { ord: 'inf' },
    { ord: 3, maxNorm: 0.1 },
    { ord: 0.5 },
    { maxNorm: 1e-8 },
  ]);

  it.each([
    { about: 'under the limit: untouched', maxNorm: 10, given: [3, 4], expected: [3, 4] },
    { about: 'at the limit: untouched', maxNorm: 5, given: [3, 4], expected: [3, 4] },
    { about: 'over the limit: 5 → 2.5', maxNorm: 2.5, given: [3, 4], expected: [1.5, 2] },
    { about: 'nothing passes a limit of 0', maxNorm: 0, given: [3, 4], expected: [0, 0] },
    { about: 'everything passes a limit of Infinity', maxNorm: Infinity, given: [3e20, 4e20], expected: [3e20, 4e20] },
    { about: 'zeros stay zeros', maxNorm: 1, given: [0, 0], expected: [0, 0] },
    { about: 'by the sum of magnitudes: 7 → 3.5', ord: 1, maxNorm: 3.5, given: [3, 4], expected: [1.5, 2] },
    { about: 'by the largest magnitude: 4 → 2', ord: 'inf' as const, maxNorm: 2, given: [3, -4], expected: [1.5, -2] },
  ])('$about', ({ given, expected, about: _, ...options }) => {
    expect(clippedInTurn(globalNorm(options), [given])).toEqual([expected.map(Math.fround)]);
  });

  it('takes all variables as one vector', () => {
    const [step] = inTurn(globalNorm({ maxNorm: 6.5 }), [{ a: [3, 4], b: 12 }]);
    expect(step?.gradients).toEqual({ a: [1.5, 2], b: 6 });
  });

  // ‖(1, 2, 3)‖ = √14 = 3.7417, and 2/3.7417 = 0.5345.
  it('gives the example of the formula: [1, 2, 3] with c = 2', () => {
    const [clipped] = clippedInTurn(globalNorm({ maxNorm: 2 }), [[1, 2, 3]]) as number[][];
    expect(clipped?.map((value) => value.toFixed(2))).toEqual(['0.53', '1.07', '1.60']);
  });

  it.each([
    [{ maxNorm: -1 }, '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.'],
    [{ maxNorm: NaN }, '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received NaN.'],
    [{ ord: 0 }, "`global-norm({ ord })` must be a number greater than 0, or 'inf'; received 0."],
    [{ ord: -Infinity }, "`global-norm({ ord })` must be a number greater than 0, or 'inf'; received -Infinity."],
  ])('refuses %s', (options, message) => {
    expect(() => globalNorm(options)).toThrow(new ClippingError('bad-option', message));
  });

  it('says which option was meant', () => {
    expect(() => globalNorm({ maxNrm: 1 } as object)).toThrow(
      new ClippingError(
        'unknown-option',
        '`global-norm` has no option `maxNrm`; it has `maxNorm`, `ord`. Did you mean `maxNorm`?',
      ),
    );
  });
});

describe('globalNorm beside the calls of others', () => {
  // torch.nn.utils.clip_grad_norm_([w1, w2], max_norm=1.0) with gradients (3, 4) and (12): the norm is 13, and torch
  // multiplies by 1 / (13 + 1e-6), which is ours to seven digits.
  it('gives what clip_grad_norm_ gives', () => {
    const factor = 1 / (13 + 1e-6);
    const [step] = inTurn(globalNorm({ maxNorm: 1 }), [{ w1: [3, 4], w2: [12] }]);
    expect(step?.gradients).toEqual({ w1: nearly([3 * factor, 4 * factor]), w2: nearly([12 * factor]) });
  });

  // tf.clip_by_global_norm([[1, 2], [2]], clip_norm=1.5): the norm is 3, so each is halved; and so is
  // keras.optimizers.SGD(global_clipnorm=1.5).
  it('gives what clip_by_global_norm and global_clipnorm give', () => {
    const [step] = inTurn(globalNorm({ maxNorm: 1.5 }), [{ a: [1, 2], b: [2] }]);
    expect(step?.gradients).toEqual({ a: [0.5, 1], b: [1] });
  });

  // torch 2.x: the float32 norm of (3e20, 4e20) is inf, the coefficient 1/inf = 0, and the step silently vanishes.
  it('does not lose a step whose squares overflow, as clip_grad_norm_ does', () => {
    const given = [3e20, 4e20];
    const naive = tf.tidy(() => tf.div(1, tf.sqrt(tf.sum(tf.square(tf.tensor1d(given))))).dataSync()[0]);
    expect(naive).toBe(0);
    expect(clippedInTurn(globalNorm({ maxNorm: 1 }), [given])).toEqual([nearly([0.6, 0.8])]);
  });

  // keras: g * clip / max(norm, clip) with clip = inf is g * inf / inf = NaN.
  it('is off at Infinity, where global_clipnorm=inf gives NaN', () => {
    expect(clippedInTurn(globalNorm({ maxNorm: Infinity }), [[1, -2]])).toEqual([[1, -2]]);
  });

  // Two tensors with norms 3 and 4 are 5 together; adding the norms, as one Rust port does, would make 7 of it.
  it('combines the norms of variables by their squares, not by their sum', () => {
    const [step] = inTurn(globalNorm({ maxNorm: 5 }), [{ a: [3, 0], b: [0, 4] }]);
    expect(step?.gradients).toEqual({ a: [3, 0], b: [0, 4] });
  });

  it('hands on the very tensors that it need not change', () => {
    tf.tidy(() => {
      const w = tf.tensor1d([3, 4]);
      const { gradients } = globalNorm({ maxNorm: 5 }).clip({ w }, {}, { step: 0, parameters: { w } });
      expect(gradients['w']).toBe(w);
    });
  });

  it('moves weights by no more than the rate times maxNorm', () => {
    const w = tf.variable(tf.tensor1d([0, 0, 0]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 2 }));
    tf.tidy(() => optimizer.applyGradients({ w: tf.tensor1d([1, 2, 3]) }));
    expect(Array.from(w.dataSync())).toEqual(nearly([-0.534522, -1.069045, -1.603567]));
    optimizer.dispose();
    w.dispose();
  });
});
