import { tensor1d } from '@tensorflow/tfjs-core';
import { defineStrategy, limitFactors, normsOf, scaleEach, threshold, type OptionsOf } from 'gradclip/define';

/**
 * Clips the gradient of each variable to a largest root mean square.
 *
 *     ĝᵥ = gᵥ / max(1, RMS(gᵥ) / d),   RMS(g) = ‖g‖₂ / √n for a variable of n elements
 *
 * d is `maxRms`. One threshold then suits variables of any size. A norm does not: the gradient of a kernel with a
 * million elements can have a norm a thousand times that of a scalar.
 *
 * Unlike the paper: this clips the gradient, before the optimizer; Adafactor clips the update, after it.
 *
 * @throws ClippingError `bad-option` when `maxRms` is negative or NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { blockRms } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0, 0, 0]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), blockRms({ maxRms: 1 }));
 * optimizer.applyGradients({ w: tf.tensor1d([4, 0, 0, 0]) });
 * w.print(); // [-2, 0, 0, 0]
 * ```
 *
 * @category Fixed threshold
 */
export const blockRms = defineStrategy({
  id: 'block-rms',
  title: 'Clip each variable by its root mean square',
  laws: { direction: 'variable', idempotent: true },
  fields: {
    maxRms: threshold({
      default: 1,
      about: "Largest root mean square of a variable's gradient; 0 gives zeros, Infinity changes nothing.",
    }),
  },

  clip({ maxRms }, gradients) {
    // Limits the norm instead of the RMS, because the mean over a variable without elements is NaN.
    const limits = Object.values(gradients).map(({ size }) => maxRms * Math.sqrt(size));
    return scaleEach(gradients, limitFactors(normsOf(gradients), tensor1d(limits)));
  },

  source: {
    authors: 'Shazeer & Stern',
    year: 2018,
    title: 'Adafactor: adaptive learning rates with sublinear memory cost',
    url: 'https://arxiv.org/abs/1804.04235',
  },
});

/**
 * The options of {@link blockRms}.
 *
 * @category Fixed threshold
 */
export type BlockRmsOptions = OptionsOf<typeof blockRms.fields>;
