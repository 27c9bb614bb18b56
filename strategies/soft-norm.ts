/**
 * Soft clipping by global norm.
 *
 * Shortens every gradient a little and long ones a lot, without a kink and without ever reaching c:
 *
 *     ĝ = g · c / (c + ‖g‖₂)
 *
 * Source: the second form of clipping in Zhang, He, Sra & Jadbabaie (2020). https://arxiv.org/abs/1905.11881
 *
 * @module
 */

import { add, div, greater, scalar, where } from '@tensorflow/tfjs-core';
import { defineStrategy, globalNormOf, scaleAll, threshold, type OptionsOf } from 'gradclip/define';

/**
 * Shortens all gradients, taken as one vector, smoothly to less than a largest length.
 *
 * There is no length that passes unchanged: at ‖g‖ = `maxNorm` the factor is ½, at a tenth of it 10/11. The order of
 * lengths is kept, so a longer gradient still takes a longer step.
 *
 * @throws ClippingError `bad-option` when `maxNorm` is negative or NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { softNorm } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), softNorm({ maxNorm: 5 }));
 * optimizer.applyGradients({ w: tf.tensor1d([3, 4]) });
 * w.print(); // [-1.5, -2]
 * ```
 *
 * @category Fixed threshold
 */
export const softNorm = defineStrategy({
  id: 'soft-norm',
  title: 'Soft clipping by global norm',
  source: {
    authors: 'Zhang, He, Sra & Jadbabaie',
    year: 2020,
    title: 'Why gradient clipping accelerates training: a theoretical justification for adaptivity',
    url: 'https://arxiv.org/abs/1905.11881',
  },
  laws: { direction: 'global', idempotent: false },
  fields: {
    maxNorm: threshold({ default: 1, about: 'Length that ‖ĝ‖ approaches and never reaches, in gradient units (c).' }),
  },

  clip({ maxNorm }, gradients) {
    const norm = globalNormOf(gradients);
    // c / (c + n) as 1 / (1 + n/c), which is right for c = 0 and c = ∞ as well.
    const factor = div(1, add(1, div(norm, maxNorm)));
    return scaleAll(gradients, where(greater(norm, 0), factor, scalar(1)));
  },
});

/**
 * The options of {@link softNorm}.
 *
 * @category Fixed threshold
 */
export type SoftNormOptions = OptionsOf<typeof softNorm.fields>;
