/**
 * Clip by value.
 *
 * Clamps every element by itself, which changes the direction of the step:
 *
 *     ĝᵢ = min(max(gᵢ, lo), hi),   lo = −c, hi = c where one bound is given
 *
 * Source: Mikolov (2012), section 3.2.2. https://www.fit.vut.cz/study/phd-thesis/283/
 *
 * @module
 */

import { clampAll, ClippingError, defineStrategy, between, optional, threshold, type OptionsOf } from 'gradclip/define';

/**
 * Clamps every element of every gradient to ±`maxAbs`, or to [`min`, `max`].
 *
 * @throws ClippingError `bad-option` when `maxAbs` is given beside `min` or `max`, when one of these is missing, or
 *   when they do not enclose 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { perValue } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0, 0]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), perValue({ maxAbs: 2 }));
 * optimizer.applyGradients({ w: tf.tensor1d([1, 2, 3]) });
 * w.print(); // [-1, -2, -2]
 * ```
 *
 * @category Fixed threshold
 */
export const perValue = defineStrategy({
  id: 'per-value',
  title: 'Clip by value',
  source: {
    authors: 'Mikolov',
    year: 2012,
    title: 'Statistical language models based on neural networks',
    url: 'https://www.fit.vut.cz/study/phd-thesis/283/',
    section: 'section 3.2.2',
  },
  laws: { direction: 'none', idempotent: true },
  thresholds: ['maxAbs', 'min', 'max'],
  fields: {
    maxAbs: optional(threshold({ default: 1, about: 'Largest |gᵢ| that passes; 1 where no bound is given (c).' })),
    min: optional(
      between({ min: -Infinity, max: 0, default: 0, about: 'Least element that passes (lo), with `max`.' }),
    ),
    max: optional(
      between({ min: 0, max: Infinity, default: 0, about: 'Greatest element that passes (hi), with `min`.' }),
    ),
  },

  refine(options, given) {
    const range = given.has('min') || given.has('max');
    if (range && given.has('maxAbs')) {
      throw new ClippingError('bad-option', '`per-value` takes either `maxAbs` or `min` and `max`; received both.');
    }
    if (range && !(given.has('min') && given.has('max'))) {
      const missing = given.has('min') ? 'max' : 'min';
      throw new ClippingError(
        'bad-option',
        `\`per-value\` takes \`min\` and \`max\` together; \`${missing}\` is missing.`,
      );
    }
    return range ? options : { ...options, maxAbs: options.maxAbs ?? 1 };
  },

  clip({ maxAbs, min, max }, gradients) {
    return clampAll(gradients, min ?? -(maxAbs ?? Infinity), max ?? maxAbs ?? Infinity);
  },
});

/**
 * The options of {@link perValue}.
 *
 * @category Fixed threshold
 */
export type PerValueOptions = OptionsOf<typeof perValue.fields>;
