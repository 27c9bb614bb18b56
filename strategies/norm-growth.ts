import { tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';
import {
  defineStrategy,
  greater,
  limitFactors,
  maximum,
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
 * Clips the gradient of each variable at a multiple of its norm after the previous step.
 *
 *     ĝₜ = gₜ · min(1, max(τ·‖ĝₜ₋₁‖₂, ε·√n) / ‖gₜ‖₂)   for every variable, of n elements
 *
 * τ is `ratio` and ε is `floor`. The first gradient of a variable that is not all zeros passes unchanged. The norm can
 * fall at any speed but rises slowly.
 *
 * Unlike the paper: norms up to ε·√n always pass, so no variable gets stuck near zero; the idea is from NormGrowthCap in
 * CannotWaitForTheseOptimisers.jl. A gradient of zeros leaves the state unchanged, so the next one is still clipped.
 *
 * @throws ClippingError `bad-option` when `ratio` or `floor` is negative or NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { normGrowth } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.scalar(0), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), normGrowth({ ratio: 1.5 }));
 * optimizer.applyGradients({ w: tf.scalar(1) });
 * optimizer.applyGradients({ w: tf.scalar(50) });
 * w.print(); // -2.5, by steps of 1 and 1.5
 * ```
 *
 * @category Adaptive
 */
export const normGrowth = defineStrategy({
  id: 'norm-growth',
  title: 'Cap the growth of each variable’s norm',
  laws: { direction: 'variable', idempotent: true },
  fields: {
    ratio: nonNegative({
      default: 1.01,
      about: 'Largest norm that passes, as a multiple of the previous one; Infinity changes nothing.',
    }),
    floor: nonNegative({ default: 1e-8, about: 'A gradient whose root mean square is at most this always passes.' }),
  },

  init: (_options, parameters) => zeroState('norm', parameters),

  clip({ ratio, floor }, gradients, state) {
    const norms = normsOf(gradients);
    const last = valuesOf('norm', gradients, state);
    const floors = tensor1d(Object.values(gradients).map(({ size }) => floor * Math.sqrt(Math.max(1, size))));
    const limits: Tensor1D = where(greater(last, 0), maximum(mul(last, ratio), floors), norms);
    const after: Tensor1D = where(greater(norms, 0), minimum(norms, limits), last);
    return {
      gradients: scaleEach(gradients, limitFactors(norms, limits)),
      state: { ...state, ...perVariableState('norm', gradients, after) },
    };
  },

  source: {
    authors: 'Chen, Feng, Liu and others',
    year: 2024,
    title: 'Fira: can we achieve full-rank training of LLMs under low-rank constraint?',
    url: 'https://arxiv.org/abs/2410.01623',
  },
});

/**
 * The options of {@link normGrowth}.
 *
 * @category Adaptive
 */
export type NormGrowthOptions = OptionsOf<typeof normGrowth.fields>;
