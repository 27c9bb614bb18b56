import { scalar, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import {
  add,
  count,
  decay,
  defineStrategy,
  globalNormOf,
  greater,
  less,
  limitFactors,
  logicalAnd,
  minimum,
  mul,
  nonNegative,
  normsOf,
  scaleEach,
  where,
  type NamedTensors,
  type OptionsOf,
} from 'gradclip/define';
import { perVariableState, valuesOf, zeroState } from './_per-variable-state.ts';

/**
 * Clips each variable at a multiple of a reference norm, after a warm-up with one global norm.
 *
 *     t < T:  ĝ = g · min(1, λₐ / ‖g‖₂),           γᵥ = min(γᵥ, ‖ĝᵥ‖₂)
 *     t ≥ T:  ĝᵥ = gᵥ · min(1, λ·γᵥ / ‖gᵥ‖₂),      γᵥ = β·γᵥ + (1 − β)·‖ĝᵥ‖₂
 *
 * T is `warmup`, λₐ is `warmupMaxNorm`, λ is `ratio` and β is `decay`. The warm-up sets the reference γ of each variable
 * to its smallest clipped norm. The reference then follows the clipped norms.
 *
 * Unlike the paper: the warm-up ignores norms of 0, because a reference of 0 would never let the variable move again. A
 * variable first seen after the warm-up starts from its own first norm.
 *
 * @throws ClippingError `bad-option` when `ratio` or `warmupMaxNorm` is negative or NaN, `decay` is outside [0, 1), or
 *   `warmup` is not a whole number of at least 0.
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
  // Not idempotent: a ratio below 1 shortens the gradient from which a late variable starts.
  laws: { direction: 'variable', idempotent: false },
  fields: {
    ratio: nonNegative({
      default: 1.5,
      about:
        'Largest norm that passes after the warm-up, as a multiple of the reference; 0 gives zeros, Infinity changes nothing.',
    }),
    decay: decay({ default: 0.98, about: 'How much of the old reference is kept each step.' }),
    warmup: count({ default: 100, about: 'Number of warm-up steps, which are clipped by one global norm.' }),
    warmupMaxNorm: nonNegative({
      default: 1,
      about: 'Largest ‖g‖ that passes in the warm-up.',
    }),
  },

  init: (_options, parameters) => ({ seen: scalar(0), ...zeroState('reference', parameters) }) as State,

  clip({ ratio, decay, warmup, warmupMaxNorm }, gradients, state) {
    const { seen } = state;
    const isWarmUp = less(seen, warmup);
    const norms = normsOf(gradients);
    const reference = valuesOf('reference', gradients, state);
    const isKnown = greater(reference, 0);

    const common = limitFactors(globalNormOf(gradients), warmupMaxNorm);
    const warmNorms = mul(norms, common);
    const isReferenceSmaller = logicalAnd(isKnown, less(reference, warmNorms));
    const smallest = where(isReferenceSmaller, reference, warmNorms);
    const warmReference = where(greater(warmNorms, 0), smallest, reference);

    const start = where(isKnown, reference, norms);
    const limits = mul(start, ratio);
    const followedReference = add(mul(start, decay), mul(minimum(norms, limits), 1 - decay));

    // `where` broadcasts, but its type does not allow it.
    const factors = where(isWarmUp, common as Tensor, limitFactors(norms, limits)) as Tensor1D;
    const references = where(isWarmUp, warmReference as Tensor, followedReference) as Tensor1D;
    return {
      gradients: scaleEach(gradients, factors),
      state: {
        ...state,
        ...perVariableState('reference', gradients, references),
        seen: minimum(add(seen, 1), warmup),
      },
    };
  },

  source: {
    authors: 'Wang, Li, Chen, Zeng, Yang, Yu, Ma & Shen',
    year: 2025,
    title: 'AdaGC: enhancing LLM pretraining stability via adaptive gradient clipping',
    url: 'https://arxiv.org/abs/2502.11034',
  },
});

/**
 * The options of {@link adaGc}.
 *
 * @category Adaptive
 */
export type AdaGcOptions = OptionsOf<typeof adaGc.fields>;

type State = NamedTensors & { readonly seen: Scalar };
