import type { Scalar } from '@tensorflow/tfjs-core';
import {
  add,
  defineStrategy,
  div,
  globalNormOf,
  less,
  nonNegative,
  positive,
  scaleAll,
  SMALLEST_NORMAL,
  where,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Scales all gradients, taken as one vector g, to the same norm s at every step.
 *
 *     ĝ = g · s / (‖g‖₂ + γ)
 *
 * s is `norm` and γ is `gamma`. Long gradients are scaled down and short ones up. With `gamma` above 0, gradients much
 * smaller than `gamma` grow by a factor of at most `norm` / `gamma`, so they stay below `norm`. A gradient of zeros
 * stays zero.
 *
 * Unlike the paper: this scales the whole gradient, as in normalized gradient descent, not that of each example, and γ
 * is 0 by default.
 *
 * @throws ClippingError `bad-option` when `norm` is not finite and greater than 0, or `gamma` is negative or NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { normalize } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), normalize({ norm: 10 }));
 * optimizer.applyGradients({ w: tf.tensor1d([3, 4]) });
 * w.print(); // [-6, -8]
 * ```
 *
 * @category Fixed threshold
 */
export const normalize = defineStrategy({
  id: 'normalize',
  title: 'Normalize the gradient',
  laws: { direction: 'global', idempotent: false, lengthens: true },
  fields: {
    norm: positive({ default: 1, about: 'Norm to which every gradient is scaled.' }),
    gamma: nonNegative({ default: 0, about: 'Added to ‖g‖, so that tiny gradients stay small.' }),
  },

  clip({ norm, gamma }, gradients) {
    // The factor must fit into float32, or finite gradients become infinite and zeros NaN.
    const shortest = Math.max(SMALLEST_NORMAL, norm / LARGEST_FACTOR);
    const length: Scalar = add(globalNormOf(gradients), gamma);
    return scaleAll(gradients, div(norm, where(less(length, shortest), shortest, length)));
  },

  source: {
    authors: 'Bu, Wang, Zha & Karypis',
    year: 2022,
    title: 'Automatic clipping: differentially private deep learning made easier and stronger',
    url: 'https://arxiv.org/abs/2206.07136',
  },
});

/**
 * The options of {@link normalize}.
 *
 * @category Fixed threshold
 */
export type NormalizeOptions = OptionsOf<typeof normalize.fields>;

const LARGEST_FACTOR = 3e38;
