import {
  add,
  defineStrategy,
  div,
  globalNormOf,
  greater,
  nonNegative,
  scaleAll,
  where,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Scales all gradients, taken as one vector g, smoothly below a largest norm.
 *
 *     ĝ = g · c / (c + ‖g‖₂)
 *
 * c is `maxNorm`. Every gradient gets shorter: by a factor of ½ at ‖g‖ = c, and of 10/11 at a tenth of it. A longer
 * gradient still takes a longer step.
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
  laws: { direction: 'global', idempotent: false },
  fields: {
    maxNorm: nonNegative({
      default: 1,
      about: 'Norm that clipped gradients approach but never reach; 0 gives zeros, Infinity changes nothing.',
    }),
  },

  clip({ maxNorm }, gradients) {
    const norm = globalNormOf(gradients);
    // 1 / (1 + n/c) equals c / (c + n) and is also right for c = 0 and c = ∞.
    const factor = div(1, add(1, div(norm, maxNorm)));
    return scaleAll(gradients, where(greater(norm, 0), factor, 1));
  },

  source: {
    authors: 'Zhang, He, Sra & Jadbabaie',
    year: 2020,
    title: 'Why gradient clipping accelerates training: a theoretical justification for adaptivity',
    url: 'https://arxiv.org/abs/1905.11881',
  },
});

/**
 * The options of {@link softNorm}.
 *
 * @category Fixed threshold
 */
export type SoftNormOptions = OptionsOf<typeof softNorm.fields>;
