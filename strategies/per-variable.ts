import {
  defineStrategy,
  integers,
  limitFactors,
  mapTensors,
  normAlong,
  normsOf,
  optional,
  order,
  scaleEach,
  multiplyBroadcast,
  threshold,
  type OptionsOf,
} from 'gradclip/define';
import { presentAxes } from './_axes.ts';

/**
 * Clips the gradient of each variable to a largest norm.
 *
 *     ĝᵥ = gᵥ · min(1, c / ‖gᵥ‖ₚ)   for every variable v
 *
 * c is `maxNorm` and p is `ord`. With k variables, the norm of the whole gradient can still be up to √k · `maxNorm`. Its
 * direction changes.
 *
 * With `axes`, the norm is taken along these axes only, so each slice is clipped separately. Axes that a variable does
 * not have are ignored; a variable that has none of them is clipped as a whole.
 *
 * @throws ClippingError `bad-option` when `maxNorm` is negative or NaN, or `ord` is not greater than 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { perVariable } from 'gradclip/strategies';
 *
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), perVariable({ maxNorm: 0.5 }));
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Fixed threshold
 */
export const perVariable = defineStrategy({
  id: 'per-variable',
  title: 'Clip each variable by its norm',
  laws: { direction: 'variable', idempotent: true },
  fields: {
    maxNorm: threshold({
      default: 1,
      about: "Largest norm of a variable's gradient that passes unchanged.",
    }),
    ord: order({
      default: 2,
      about:
        "Order p of the norm, above 0: 1 sums magnitudes, 2 is the Euclidean norm, `'inf'` is the largest magnitude.",
    }),
    axes: optional(
      integers({
        default: [],
        about: 'Axes along which to take the norm, negative ones counted from the end; all axes if not set.',
      }),
    ),
  },

  clip({ maxNorm, ord, axes }, gradients) {
    if (axes === null) return scaleEach(gradients, limitFactors(normsOf(gradients, { ord }), maxNorm));
    return mapTensors(gradients, (gradient) => {
      const norms = normAlong(gradient, presentAxes(axes, gradient), { ord });
      return multiplyBroadcast(gradient, limitFactors(norms, maxNorm));
    });
  },

  source: {
    authors: 'Chollet and others',
    year: 2015,
    title: 'Keras: optimizers, clipnorm',
    url: 'https://keras.io/api/optimizers/',
  },
});

/**
 * The options of {@link perVariable}.
 *
 * @category Fixed threshold
 */
export type PerVariableOptions = OptionsOf<typeof perVariable.fields>;
