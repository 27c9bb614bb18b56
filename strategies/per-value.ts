import { clampAll, ClippingError, defineStrategy, between, optional, threshold, type OptionsOf } from 'gradclip/define';

/**
 * Clamps each element of each gradient to ±`maxAbs`, or to [`min`, `max`].
 *
 *     ĝᵢ = min(max(gᵢ, lo), hi),   lo = −`maxAbs` and hi = `maxAbs`, or lo = `min` and hi = `max`
 *
 * This changes the direction of the step.
 *
 * @throws ClippingError `bad-option` when `maxAbs` is set together with `min` or `max`, when only one of `min` and `max`
 *   is set, or when a bound is on the wrong side of 0.
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
  laws: { direction: 'none', idempotent: true },
  fields: {
    maxAbs: optional(
      threshold({ default: 1, about: 'Largest magnitude of an element that passes; 1 if no bound is set.' }),
    ),
    min: optional(
      between({
        min: -Infinity,
        max: 0,
        isThreshold: true,
        default: 0,
        about: 'Smallest element that passes, at most 0; requires `max`.',
      }),
    ),
    max: optional(
      between({
        min: 0,
        max: Infinity,
        isThreshold: true,
        default: 0,
        about: 'Largest element that passes, at least 0; requires `min`.',
      }),
    ),
  },

  refine(options, given) {
    const isRange = given.has('min') || given.has('max');
    if (isRange && (given.has('maxAbs') || given.size < 2)) {
      const received = [...given].join('`, `');
      throw new ClippingError(
        'bad-option',
        `\`per-value\` takes either \`maxAbs\`, or both \`min\` and \`max\`; received \`${received}\`.`,
      );
    }
    return isRange ? options : { ...options, maxAbs: options.maxAbs ?? 1 };
  },

  clip({ maxAbs, min, max }, gradients) {
    return clampAll(gradients, min ?? -(maxAbs ?? Infinity), max ?? maxAbs ?? Infinity);
  },

  source: {
    authors: 'Mikolov',
    year: 2012,
    title: 'Statistical language models based on neural networks',
    url: 'https://www.fit.vut.cz/study/phd-thesis/283/',
    section: 'section 3.2.2',
  },
});

/**
 * The options of {@link perValue}.
 *
 * @category Fixed threshold
 */
export type PerValueOptions = OptionsOf<typeof perValue.fields>;
