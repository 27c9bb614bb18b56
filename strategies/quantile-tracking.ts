/**
 * Clip at a tracked quantile of the norm.
 *
 * Clips at a threshold that moves down a little after every norm it covers and up after every norm it does not, so
 * that in the long run it covers a share q of them:
 *
 *     ĝ = g · min(1, cₜ / ‖gₜ‖₂),   bₜ = 1 if ‖gₜ‖₂ ≤ cₜ, else 0
 *     geometric:   cₜ₊₁ = cₜ · exp(−η·(bₜ − q))
 *     arithmetic:  cₜ₊₁ = cₜ − η·(bₜ − q)
 *
 * Source: Andrew, Thakkar, McMahan & Ramaswamy (2019), section 2. https://arxiv.org/abs/1905.03871
 *
 * Unlike the paper: one norm a step, that of the whole gradient, instead of one from each client, and no noise.
 *
 * @module
 */

import { cast, clipByValue, exp, lessEqual, mul, scalar, sub } from '@tensorflow/tfjs-core';
import {
  between,
  choice,
  ClippingError,
  defineStrategy,
  globalNormOf,
  limitFactors,
  optional,
  positive,
  scaleAll,
  threshold,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Clips at a quantile of the norm, which it tracks with a memory of one number.
 *
 * The threshold starts at `initial` and finds its place: at rate 0.2 and quantile 0.5 it changes by 10 % a step.
 * `quantile` 0.9 clips one step in ten, like percentile 90 of `adaptive-percentile` without its window.
 *
 * @throws ClippingError `bad-option` when `quantile` is not from 0 to 1, `rate` or `initial` is not finite and greater
 *   than 0, `min` or `max` is negative or NaN, or `initial` does not lie between them.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { quantileTracking } from 'gradclip/strategies';
 *
 * const strategy = quantileTracking({ quantile: 0.9, initial: 5, min: 0.1 });
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), strategy);
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Adaptive
 */
export const quantileTracking = defineStrategy({
  id: 'quantile-tracking',
  title: 'Clip at a tracked quantile of the norm',
  source: {
    authors: 'Andrew, Thakkar, McMahan & Ramaswamy',
    year: 2019,
    title: 'Differentially private learning with adaptive clipping',
    url: 'https://arxiv.org/abs/1905.03871',
    section: 'section 2',
  },
  laws: { direction: 'global', idempotent: true },
  fields: {
    quantile: between({ default: 0.5, min: 0, max: 1, about: 'Share of the norms to cover, 0 to 1 (q).' }),
    rate: positive({ default: 0.2, about: 'How far the threshold moves each step (η).' }),
    initial: positive({ default: 1, about: 'Threshold of the first step, in gradient units (c₁).' }),
    update: choice(['geometric', 'arithmetic'], {
      default: 'geometric',
      about: 'Whether the threshold moves by factors or by amounts.',
    }),
    min: optional(threshold({ default: 0, about: 'Least threshold, in gradient units.' })),
    max: optional(threshold({ default: Infinity, about: 'Greatest threshold, in gradient units.' })),
  },

  refine(options) {
    const [least, greatest] = [options.min ?? 0, options.max ?? Infinity];
    if (options.initial >= least && options.initial <= greatest) return options;
    throw new ClippingError(
      'bad-option',
      `\`quantile-tracking({ initial })\` must lie between \`min\` and \`max\`; ` +
        `received ${options.initial}, which is not in [${least}, ${greatest}].`,
    );
  },

  init: ({ initial }) => ({ threshold: scalar(initial) }),

  clip({ quantile, rate, update, min, max }, gradients, state) {
    if (Object.keys(gradients).length === 0) return { gradients, state };
    const { threshold } = state;
    const norm = globalNormOf(gradients);
    const covered = cast(lessEqual(norm, threshold), 'float32');
    const move = mul(sub(covered, quantile), rate);
    const moved = update === 'geometric' ? mul(threshold, exp(mul(move, -1))) : sub(threshold, move);
    const greatest = Math.min(max ?? Infinity, LARGEST);
    const least = Math.min(Math.max(min ?? 0, update === 'geometric' ? SMALLEST_GEOMETRIC : 0), greatest);
    return {
      gradients: scaleAll(gradients, limitFactors(norm, threshold)),
      state: { threshold: clipByValue(moved, least, greatest) },
    };
  },
});

/**
 * The options of {@link quantileTracking}.
 *
 * @category Adaptive
 */
export type QuantileTrackingOptions = OptionsOf<typeof quantileTracking.fields>;

// Factors never lead away from 0 or from infinity, so the threshold must reach neither.
const SMALLEST_GEOMETRIC = 1e-30;
const LARGEST = 3e38;
