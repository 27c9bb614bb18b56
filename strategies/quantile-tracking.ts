import { cast, clipByValue, exp, lessEqual, scalar } from '@tensorflow/tfjs-core';
import {
  between,
  choice,
  ClippingError,
  defineStrategy,
  globalNormOf,
  limitFactors,
  mul,
  nonNegative,
  optional,
  positive,
  scaleAll,
  sub,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Clips at a quantile of the norm, tracked with a single number as state.
 *
 *     ĝ = g · min(1, cₜ / ‖gₜ‖₂),   bₜ = 1 if ‖gₜ‖₂ ≤ cₜ, else 0
 *     geometric:   cₜ₊₁ = cₜ · exp(−η·(bₜ − q))
 *     arithmetic:  cₜ₊₁ = cₜ − η·(bₜ − q)
 *
 * q is `quantile` and η is `rate`. The threshold starts at `initial`. It falls a little after every norm that passes and
 * rises after every norm that is clipped, so in the long run a share q of the norms passes. At rate 0.2 and quantile 0.5
 * it changes by 10 % per step. `quantile` 0.9 clips one step in ten, like percentile 90 of `adaptive-percentile` without
 * its window.
 *
 * Unlike the paper: each step gives one norm, that of the whole gradient, instead of one per client, and no noise is
 * added.
 *
 * @throws ClippingError `bad-option` when `quantile` is outside [0, 1], `rate` or `initial` is not finite and greater
 *   than 0, `min` or `max` is negative or NaN, or `initial` is not between them.
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
  laws: { direction: 'global', idempotent: true },
  fields: {
    quantile: between({
      default: 0.5,
      min: 0,
      max: 1,
      about: 'Share of the steps that should pass unclipped, 0 to 1.',
    }),
    rate: positive({ default: 0.2, about: 'Step size of the threshold.' }),
    initial: positive({ default: 1, about: 'Threshold of the first step.' }),
    update: choice(['geometric', 'arithmetic'], {
      default: 'geometric',
      about: "`'geometric'` multiplies the threshold by a factor each step, `'arithmetic'` adds an amount.",
    }),
    min: optional(nonNegative({ default: 0, about: 'Smallest threshold; 0 if not set.' })),
    max: optional(nonNegative({ default: Infinity, about: 'Largest threshold; Infinity if not set.' })),
  },

  refine(options) {
    const [least, greatest] = [options.min ?? 0, options.max ?? Infinity];
    if (options.initial >= least && options.initial <= greatest) return options;
    throw new ClippingError(
      'bad-option',
      `\`quantile-tracking({ initial })\` must be between \`min\` (${least}) and \`max\` (${greatest}); ` +
        `received ${options.initial}.`,
    );
  },

  init: ({ initial }) => ({ threshold: scalar(initial) }),

  clip({ quantile, rate, update, min, max }, gradients, state) {
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

  source: {
    authors: 'Andrew, Thakkar, McMahan & Ramaswamy',
    year: 2019,
    title: 'Differentially private learning with adaptive clipping',
    url: 'https://arxiv.org/abs/1905.03871',
    section: 'section 2',
  },
});

/**
 * The options of {@link quantileTracking}.
 *
 * @category Adaptive
 */
export type QuantileTrackingOptions = OptionsOf<typeof quantileTracking.fields>;

// A factor cannot move a threshold away from 0 or Infinity, so the threshold must reach neither.
const SMALLEST_GEOMETRIC = 1e-30;
const LARGEST = 3e38;
