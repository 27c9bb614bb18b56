/**
 * Clip each variable by its norm.
 *
 * Shortens the gradient of each variable by itself, or each slice of it along some axes:
 *
 *     ĝᵥ = gᵥ · min(1, c / ‖gᵥ‖ₚ)   for every variable v
 *
 * Source: Keras' `clipnorm`. https://keras.io/api/optimizers/
 *
 * @module
 */

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
 * Clips the gradient of each variable to a largest length.
 *
 * With k variables the whole gradient may still be √k · `maxNorm` long, and its direction changes between variables.
 * With `axes` the norm is taken along these axes only, so each slice is clipped by itself; axes that a variable
 * does not have are left out, and a variable that has none of them is taken whole.
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
  source: {
    authors: 'Chollet and others',
    year: 2015,
    title: 'Keras: optimizers, clipnorm',
    url: 'https://keras.io/api/optimizers/',
  },
  laws: { direction: 'variable', idempotent: true },
  thresholds: ['maxNorm'],
  fields: {
    maxNorm: threshold({ default: 1, about: 'Longest ‖gᵥ‖ of a variable that passes, in gradient units (c).' }),
    ord: order({ default: 2, about: 'Order p of the norm.' }),
    axes: optional(integers({ default: [], about: 'Axes along which the norm is taken; all where not set.' })),
  },

  clip({ maxNorm, ord, axes }, gradients) {
    if (axes === null) return scaleEach(gradients, limitFactors(normsOf(gradients, { ord }), maxNorm));
    return mapTensors(gradients, (gradient) => {
      const norms = normAlong(gradient, presentAxes(axes, gradient), { ord });
      return multiplyBroadcast(gradient, limitFactors(norms, maxNorm));
    });
  },
});

/**
 * The options of {@link perVariable}.
 *
 * @category Fixed threshold
 */
export type PerVariableOptions = OptionsOf<typeof perVariable.fields>;
