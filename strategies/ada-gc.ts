/**
 * Adaptive gradient clipping with local references (AdaGC).
 *
 * Warms up under a global norm λₐ, keeping the smallest clipped norm of each variable as its reference γ; from then on
 * clips each variable at λ times its reference, which follows the clipped norms:
 *
 *     t < T:  ĝ = g · min(1, λₐ / ‖g‖₂),           γᵥ = min(γᵥ, ‖ĝᵥ‖₂)
 *     t ≥ T:  ĝᵥ = gᵥ · min(1, λ·γᵥ / ‖gᵥ‖₂),      γᵥ = β·γᵥ + (1 − β)·‖ĝᵥ‖₂
 *
 * Source: Wang, Li, Chen, Zeng, Yang, Yu, Ma & Shen (2025). https://arxiv.org/abs/2502.11034
 *
 * Unlike the paper: a norm of 0 is not the smallest of a warm-up, since a reference of 0 would never let the variable
 * move again; and a variable that is first seen after the warm-up starts from its own first norm.
 *
 * @module
 */

import {
  add,
  greater,
  less,
  logicalAnd,
  minimum,
  mul,
  scalar,
  where,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import {
  count,
  decay,
  defineStrategy,
  globalNormOf,
  limitFactors,
  normsOf,
  scaleEach,
  threshold,
  type NamedTensors,
  type OptionsOf,
} from 'gradclip/define';
import { filed, remembered, zerosFor } from './_per-variable-memory.ts';

/**
 * Clips the gradient of each variable at a multiple of a reference that follows its own norms, after a warm-up
 * under one global norm.
 *
 * @throws ClippingError `bad-option` when `ratio` or `warmupMaxNorm` is negative or NaN, `decay` is not from 0 up to 1,
 *   or `warmup` is no whole number.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { adaGc } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.scalar(0), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), adaGc({ ratio: 1.5, warmup: 1, warmupMaxNorm: 1 }));
 * optimizer.applyGradients({ w: tf.scalar(2) });
 * optimizer.applyGradients({ w: tf.scalar(9) });
 * w.print(); // -2.5, by steps of 1 and 1.5
 * ```
 *
 * @category Adaptive
 */
export const adaGc = defineStrategy({
  id: 'ada-gc',
  title: 'Adaptive gradient clipping with local references',
  source: {
    authors: 'Wang, Li, Chen, Zeng, Yang, Yu, Ma & Shen',
    year: 2025,
    title: 'AdaGC: enhancing LLM pretraining stability via adaptive gradient clipping',
    url: 'https://arxiv.org/abs/2502.11034',
  },
  // Not idempotent where a ratio below 1 shortens the very gradient that a late variable starts from.
  laws: { direction: 'variable', idempotent: false },
  fields: {
    ratio: threshold({ default: 1.5, about: 'Largest norm that passes, as a multiple of the reference (λ).' }),
    decay: decay({ default: 0.98, about: 'How much of the old reference is kept each step (β).' }),
    warmup: count({ default: 100, about: 'Steps under the global norm (T).' }),
    warmupMaxNorm: threshold({ default: 1, about: 'Longest ‖g‖ that passes in the warm-up, in gradient units (λₐ).' }),
  },

  init: (_options, parameters) => ({ seen: scalar(0), ...zerosFor('reference', parameters) }) as Memory,

  clip({ ratio, decay, warmup, warmupMaxNorm }, gradients, state) {
    const { seen } = state;
    const after = { ...state, seen: minimum(add(seen, 1), warmup) };
    if (Object.keys(gradients).length === 0) return { gradients, state: after };
    const warming = less(seen, warmup);
    const norms = normsOf(gradients);
    const reference = remembered('reference', gradients, state);
    const known = greater(reference, 0);

    const common = limitFactors(globalNormOf(gradients), warmupMaxNorm);
    const warmNorms = mul(norms, common);
    const smaller = logicalAnd(known, less(reference, warmNorms));
    const isReference = where(smaller, reference, warmNorms);
    const warmReference = where(greater(warmNorms, 0), isReference, reference);

    const start = where(known, reference, norms);
    const limits = mul(start, ratio);
    const followed = add(mul(start, decay), mul(minimum(norms, limits), 1 - decay));

    // `where` broadcasts, which its type does not say.
    const factors = where(warming, common as Tensor, limitFactors(norms, limits)) as Tensor1D;
    const references = where(warming, warmReference as Tensor, followed) as Tensor1D;
    return {
      gradients: scaleEach(gradients, factors),
      state: { ...after, ...filed('reference', gradients, references) },
    };
  },
});

/**
 * The options of {@link adaGc}.
 *
 * @category Adaptive
 */
export type AdaGcOptions = OptionsOf<typeof adaGc.fields>;

type Memory = NamedTensors & { readonly seen: Scalar };
