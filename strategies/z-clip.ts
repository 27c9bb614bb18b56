import { scalar, type Scalar } from '@tensorflow/tfjs-core';
import {
  abs,
  add,
  between,
  choice,
  count,
  decay,
  defineStrategy,
  div,
  flag,
  globalNormOf,
  greater,
  greaterEqual,
  hypot,
  limitFactors,
  logicalAnd,
  maximum,
  minimum,
  mul,
  nonNegative,
  optional,
  scaleAll,
  sub,
  where,
  type OptionsOf,
} from 'gradclip/define';
import { addWithShare, type Moments } from './_moments.ts';

/**
 * Clips norms that are many standard deviations above their running mean.
 *
 *     z = (‖g‖₂ − μ) / σ;   where z > z*:  ĝ = g · c / ‖g‖₂
 *     adaptive:    c = (μ + z*·σ · z* / z) · f
 *     mean:        c = μ
 *     percentile:  c = μ + z*·σ
 *     μ ← β·μ + (1 − β)·x,   σ² ← β·σ² + (1 − β)·(x − μ)²,   x = min(c, ‖g‖₂)
 *
 * z* is `maxZ`, f is `factor` and β is `decay`. In the adaptive mode, the further a norm is above the mean, the lower it
 * is clipped. The first `warmup` norms only set the first mean and deviation.
 *
 * Unlike the paper: σ is at least a share of μ, so that after equal norms not every larger norm is a spike. No constant
 * is added to σ, so the scale of the loss does not matter. There is no other cap unless `maxNorm` is set.
 *
 * @throws ClippingError `bad-option` when `maxZ`, `maxNorm` or `relativeFloor` is negative or NaN, `decay` is outside
 *   [0, 1), `warmup` is not a whole number of at least 1, `factor` is outside [0, 1], or `mode` is not one of the three.
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
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxZ: nonNegative({
      default: 2.5,
      about: 'Norms up to this many deviations above the mean pass; Infinity changes nothing.',
    }),
    decay: decay({ default: 0.97, about: 'How much of the old mean and variance is kept each step.' }),
    warmup: count({
      default: 25,
      min: 1,
      about: 'Number of first steps, which set the mean and deviation and are clipped only by `maxNorm`.',
    }),
    mode: choice(['adaptive', 'mean', 'percentile'], {
      default: 'adaptive',
      about: "Limit for spikes: the largest norm that passes (`'percentile'`), the mean, or in between (`'adaptive'`).",
    }),
    maxNorm: optional(
      nonNegative({
        default: 1,
        about: 'Largest ‖g‖ at any step, the warm-up included; no cap if not set.',
      }),
    ),
    factor: between({ default: 1, min: 0, max: 1, about: 'Multiplies the adaptive limit, 0 to 1.' }),
    skipSpikes: flag({
      default: false,
      about: 'Whether spikes are left out of the mean and deviation; they are clipped either way.',
    }),
    relativeFloor: nonNegative({ default: 0.01, about: 'Smallest deviation used, as a share of the mean.' }),
  },

  init: () => ({ seen: scalar(0), mean: scalar(0), deviation: scalar(0) }),

  clip({ maxZ, decay, warmup, mode, maxNorm, factor, skipSpikes, relativeFloor }, gradients, state) {
    const { seen, mean, deviation } = state;
    const norm = globalNormOf(gradients);
    const isWarm = greaterEqual(seen, warmup);
    const reach = mul(maximum(deviation, mul(mean, relativeFloor)), maxZ);
    const spike = logicalAnd(isWarm, greater(norm, add(mean, reach)));

    // z*·σ·z*/z without a square: reach · reach / (‖g‖ − μ).
    const above = where(spike, sub(norm, mean), 1);
    const adaptive = mul(add(mean, mul(reach, div(reach, above))), factor);
    const limit = { adaptive, mean, percentile: add(mean, reach) }[mode];
    const passed: Scalar = where(spike, minimum(limit, norm), norm);

    const first = addWithShare(state, passed, div<Scalar>(1, add(seen, 1)));
    const next = nextMoments(state, passed, decay);
    const isIgnored = skipSpikes ? spike : scalar(false, 'bool');
    const updated = {
      mean: where(isIgnored, mean, where(isWarm, next.mean, first.mean)),
      deviation: where(isIgnored, deviation, where(isWarm, next.deviation, first.deviation)),
    };
    // Leading zeros say nothing about the norms to come, so the warm-up starts with the first norm above 0.
    const counted = where(greater(updated.mean, 0), minimum(add(seen, 1), warmup), seen);
    return {
      gradients: scaleAll(gradients, limitFactors(norm, maxNorm === null ? passed : minimum(passed, maxNorm))),
      state: { ...updated, seen: counted },
    };
  },

  source: {
    authors: 'Kumar, Owen, Chowdhury & Güra',
    year: 2025,
    title: 'ZClip: adaptive spike mitigation for LLM pre-training',
    url: 'https://arxiv.org/abs/2504.02507',
  },
});

/**
 * The options of {@link zClip}.
 *
 * @category Adaptive
 */
export type ZClipOptions = OptionsOf<typeof zClip.fields>;

function nextMoments({ mean, deviation }: Moments, value: Scalar, decay: number): Moments {
  const moved = add(mul(mean, decay), mul(value, 1 - decay)) as Scalar;
  const distance = abs(sub(value, moved));
  return {
    mean: moved,
    deviation: hypot<Scalar>(mul(deviation, Math.sqrt(decay)), mul(distance, Math.sqrt(1 - decay))),
  };
}
