/**
 * Clip each variable at a multiple of its mean norm.
 *
 * Remembers for each variable the exponential mean of its clipped norms, and lets pass ρ times that:
 *
 *     μ₀ = ‖g₁‖,   ĝₜ = gₜ · min(1, ρ·μₜ₋₁ / ‖gₜ‖₂),   μₜ = β·μₜ₋₁ + (1 − β)·‖ĝₜ‖₂   for every variable
 *
 * Source: the adaptive clipping in the optimizer of OLMo, Groeneveld and others (2024). https://arxiv.org/abs/2402.00838
 *
 * Unlike the source: a mean of 0 means that nothing is known yet, so a variable whose first gradient is all zeros is
 * seeded with the first that is not; there it could never move again.
 *
 * @module
 */

import { add, greater, minimum, mul, where, type Tensor1D } from '@tensorflow/tfjs-core';
import { decay, defineStrategy, limitFactors, normsOf, scaleEach, threshold, type OptionsOf } from 'gradclip/define';
import { filed, remembered, zerosFor } from './_per-variable-memory.ts';

/**
 * Clips the gradient of each variable at a multiple of the mean of its past norms.
 *
 * The clipped norm enters the mean, so a spike raises it only by what passed.
 *
 * @throws ClippingError `bad-option` when `ratio` is negative or NaN, or `decay` is not from 0 up to 1.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { emaRatio } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.scalar(0), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), emaRatio({ ratio: 2 }));
 * optimizer.applyGradients({ w: tf.scalar(1) });
 * optimizer.applyGradients({ w: tf.scalar(50) });
 * w.print(); // -3, by steps of 1 and 2
 * ```
 *
 * @category Adaptive
 */
export const emaRatio = defineStrategy({
  id: 'ema-ratio',
  title: 'Clip each variable at a multiple of its mean norm',
  source: {
    authors: 'Groeneveld and others',
    year: 2024,
    title: 'OLMo: accelerating the science of language models, the adaptive clipping in its optimizer',
    url: 'https://arxiv.org/abs/2402.00838',
  },
  // Not idempotent where a ratio below 1 shortens the very gradient that seeds the mean.
  laws: { direction: 'variable', idempotent: false },
  fields: {
    ratio: threshold({ default: 2, about: 'Largest norm that passes, as a multiple of the mean (ρ).' }),
    decay: decay({ default: 0.99, about: 'How much of the old mean is kept each step (β).' }),
  },

  init: (_options, parameters) => zerosFor('mean', parameters),

  clip({ ratio, decay }, gradients, state) {
    if (Object.keys(gradients).length === 0) return { gradients, state };
    const norms = normsOf(gradients);
    const known = remembered('mean', gradients, state);
    const mean: Tensor1D = where(greater(known, 0), known, norms);
    const limits: Tensor1D = mul(mean, ratio);
    const after: Tensor1D = add(mul(mean, decay), mul(minimum(norms, limits), 1 - decay));
    return {
      gradients: scaleEach(gradients, limitFactors(norms, limits)),
      state: { ...state, ...filed('mean', gradients, after) },
    };
  },
});

/**
 * The options of {@link emaRatio}.
 *
 * @category Adaptive
 */
export type EmaRatioOptions = OptionsOf<typeof emaRatio.fields>;
