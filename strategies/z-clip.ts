/**
 * Clip by the z-score of the norm (ZClip).
 *
 * Remembers mean μ and standard deviation σ of the norm and clips what lies more than z* deviations above the mean,
 * the harder the further it lies:
 *
 *     z = (‖g‖₂ − μ) / σ;   where z > z*:  ĝ = g · c / ‖g‖₂
 *     adaptive:    c = (μ + z*·σ · z* / z) · f
 *     mean:        c = μ
 *     percentile:  c = μ + z*·σ
 *     μ ← β·μ + (1 − β)·x,   σ² ← β·σ² + (1 − β)·(x − μ)²,   x = min(c, ‖g‖₂)
 *
 * The first `warmup` norms only make the first mean and deviation.
 *
 * Source: Kumar, Owen, Chowdhury & Güra (2025). https://arxiv.org/abs/2504.02507
 *
 * Unlike the paper: σ is at least a share of μ, so that norms without spread do not make a spike of every step, and no
 * constant is added to it, so that the scale of the loss does not matter. There is no cap beside it unless given.
 *
 * @module
 */

import {
  abs,
  add,
  div,
  greater,
  greaterEqual,
  logicalAnd,
  maximum,
  minimum,
  mul,
  scalar,
  sub,
  where,
  type Scalar,
} from '@tensorflow/tfjs-core';
import {
  between,
  choice,
  count,
  decay,
  defineStrategy,
  flag,
  globalNormOf,
  hypot,
  limitFactors,
  optional,
  scaleAll,
  threshold,
  type OptionsOf,
} from 'gradclip/define';
import { withShare, type Moments } from './_moments.ts';

/**
 * Clips norms that lie many standard deviations above their mean, and leaves all others as they are.
 *
 * @throws ClippingError `bad-option` when `maxZ`, `maxNorm` or `relativeFloor` is negative or NaN, `decay` is not from
 *   0 up to 1, `warmup` is no whole number of at least 1, `factor` is not from 0 to 1, or `mode` is none of the three.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { zClip } from 'gradclip/strategies';
 *
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), zClip({ maxZ: 2.5, warmup: 50 }));
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Adaptive
 */
export const zClip = defineStrategy({
  id: 'z-clip',
  title: 'Clip by the z-score of the norm',
  source: {
    authors: 'Kumar, Owen, Chowdhury & Güra',
    year: 2025,
    title: 'ZClip: adaptive spike mitigation for LLM pre-training',
    url: 'https://arxiv.org/abs/2504.02507',
  },
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxZ: threshold({ default: 2.5, about: 'Deviations above the mean that pass (z*).' }),
    decay: decay({ default: 0.97, about: 'How much of the old mean and variance is kept each step (β).' }),
    warmup: count({ default: 25, min: 1, about: 'Steps that make the first mean and deviation, unclipped.' }),
    mode: choice(['adaptive', 'mean', 'percentile'], { default: 'adaptive', about: 'Where spikes are clipped to.' }),
    maxNorm: optional(threshold({ default: 1, about: 'Longest ‖g‖ in any case, in gradient units.' })),
    factor: between({ default: 1, min: 0, max: 1, about: 'Makes adaptive thresholds lower still (f).' }),
    skipSpikes: flag({ default: false, about: 'Whether spikes stay out of mean and deviation altogether.' }),
    relativeFloor: threshold({ default: 0.01, about: 'Least deviation reckoned with, as a share of the mean.' }),
  },

  init: () => ({ seen: scalar(0), mean: scalar(0), deviation: scalar(0) }),

  clip({ maxZ, decay, warmup, mode, maxNorm, factor, skipSpikes, relativeFloor }, gradients, state) {
    if (Object.keys(gradients).length === 0) return { gradients, state };
    const { seen, mean, deviation } = state;
    const norm = globalNormOf(gradients);
    const warm = greaterEqual(seen, warmup);
    const reach = mul(maximum(deviation, mul(mean, relativeFloor)), maxZ);
    const spike = logicalAnd(warm, greater(norm, add(mean, reach)));

    // z*·σ·z*/z without a square: reach · reach / (‖g‖ − μ).
    const above = where(spike, sub(norm, mean), scalar(1));
    const adaptive = mul(add(mean, mul(reach, div(reach, above))), factor);
    const limit = { adaptive, mean, percentile: add(mean, reach) }[mode];
    const passed: Scalar = where(spike, minimum(limit, norm), norm);

    const first = withShare(state, passed, div<Scalar>(1, add(seen, 1)));
    const next = followed(state, passed, decay);
    const untouched = skipSpikes ? spike : scalar(false, 'bool');
    const after = {
      mean: where(untouched, mean, where(warm, next.mean, first.mean)),
      deviation: where(untouched, deviation, where(warm, next.deviation, first.deviation)),
    };
    // Zeros before the first gradient tell nothing of its norm: the warm-up begins with the first that is not.
    const counted = where(greater(after.mean, 0), minimum(add(seen, 1), warmup), seen);
    return {
      gradients: scaleAll(gradients, limitFactors(norm, maxNorm === null ? passed : minimum(passed, maxNorm))),
      state: { ...after, seen: counted },
    };
  },
});

/**
 * The options of {@link zClip}.
 *
 * @category Adaptive
 */
export type ZClipOptions = OptionsOf<typeof zClip.fields>;

function followed({ mean, deviation }: Moments, value: Scalar, decay: number): Moments {
  const moved = add(mul(mean, decay), mul(value, 1 - decay)) as Scalar;
  const distance = abs(sub(value, moved));
  return {
    mean: moved,
    deviation: hypot<Scalar>(mul(deviation, Math.sqrt(decay)), mul(distance, Math.sqrt(1 - decay))),
  };
}
