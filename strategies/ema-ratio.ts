import { type Tensor1D } from '@tensorflow/tfjs-core';
import {
  add,
  decay,
  defineStrategy,
  greater,
  limitFactors,
  minimum,
  mul,
  nonNegative,
  normsOf,
  scaleEach,
  where,
  type OptionsOf,
} from 'gradclip/define';
import { perVariableState, valuesOf, zeroState } from './_per-variable-state.ts';

/**
 * Clips the gradient of each variable at a multiple of the mean of its past norms.
 *
 *     μ₀ = ‖g₁‖,   ĝₜ = gₜ · min(1, ρ·μₜ₋₁ / ‖gₜ‖₂),   μₜ = β·μₜ₋₁ + (1 − β)·‖ĝₜ‖₂   for every variable
 *
 * ρ is `ratio` and β is `decay`. The mean is exponential and uses the clipped norm, so a spike raises it only a little.
 *
 * Unlike the source, OLMo's program: the mean starts from the first norm, not from the second. A variable whose first
 * gradients are all zeros starts from its first gradient that is not; in the source, its mean would stay 0 and clip
 * every gradient to 0.
 *
 * @throws ClippingError `bad-option` when `ratio` is negative or NaN, or `decay` is outside [0, 1).
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
  // Not idempotent: a ratio below 1 shortens the gradient from which the mean starts.
  laws: { direction: 'variable', idempotent: false },
  fields: {
    ratio: nonNegative({
      default: 2,
      about: 'Largest norm that passes, as a multiple of the mean; 0 gives zeros, Infinity changes nothing.',
    }),
    decay: decay({ default: 0.99, about: 'How much of the old mean is kept each step.' }),
  },

  init: (_options, parameters) => zeroState('mean', parameters),

  clip({ ratio, decay }, gradients, state) {
    const norms = normsOf(gradients);
    const known = valuesOf('mean', gradients, state);
    const mean: Tensor1D = where(greater(known, 0), known, norms);
    const limits: Tensor1D = mul(mean, ratio);
    const after: Tensor1D = add(mul(mean, decay), mul(minimum(norms, limits), 1 - decay));
    return {
      gradients: scaleEach(gradients, limitFactors(norms, limits)),
      state: { ...state, ...perVariableState('mean', gradients, after) },
    };
  },

  source: {
    authors: 'Groeneveld and others',
    year: 2024,
    title: 'OLMo: accelerating the science of language models, the adaptive clipping in its optimizer',
    url: 'https://arxiv.org/abs/2402.00838',
  },
});

/**
 * The options of {@link emaRatio}.
 *
 * @category Adaptive
 */
export type EmaRatioOptions = OptionsOf<typeof emaRatio.fields>;
