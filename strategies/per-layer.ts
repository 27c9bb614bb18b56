/**
 * Clip each layer by its norm.
 *
 * Takes kernel, recurrent kernel and bias of a layer as one vector, and gives layers thresholds of their own:
 *
 *     ĝₗ = gₗ · min(1, cₗ / ‖gₗ‖ₚ)   for every layer l
 *
 * Source: the per-layer clipping of McMahan et al. (2018), section 2. https://arxiv.org/abs/1710.06963
 *
 * @module
 */

import { gather, tensor1d } from '@tensorflow/tfjs-core';
import {
  ClippingError,
  defineStrategy,
  groupNormsOf,
  layerOf,
  limitFactors,
  matchesGlob,
  order,
  scaleEach,
  threshold,
  thresholdsByName,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Clips the gradient of each layer, over all its variables, to a largest length.
 *
 * A layer is everything up to the last slash of a variable's name. Of the globs in `layers` the first that fits
 * a layer gives its threshold; layers that none fits take `maxNorm`.
 *
 * @throws ClippingError `bad-option` when a threshold is negative or NaN, or, at the first step, when a glob fits
 *   none of the layers, which the message then lists.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { perLayer } from 'gradclip/strategies';
 *
 * const strategy = perLayer({ maxNorm: 1, layers: { 'lstm*': 0.25, embedding: 5 } });
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), strategy);
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Fixed threshold
 */
export const perLayer = defineStrategy({
  id: 'per-layer',
  title: 'Clip each layer by its norm',
  source: {
    authors: 'McMahan, Ramage, Talwar & Zhang',
    year: 2018,
    title: 'Learning differentially private recurrent language models',
    url: 'https://arxiv.org/abs/1710.06963',
    section: 'section 2',
  },
  laws: { direction: 'layer', idempotent: true },
  thresholds: ['maxNorm', 'layers'],
  fields: {
    maxNorm: threshold({ default: 1, about: 'Longest ‖gₗ‖ of a layer that passes, in gradient units (c).' }),
    layers: thresholdsByName({ default: {}, about: 'Thresholds of their own for layers, by name or glob.' }),
    ord: order({ default: 2, about: 'Order p of the norm.' }),
  },

  init({ layers }, parameters) {
    const present = [...new Set(Object.keys(parameters).map(layerOf))];
    for (const glob of Object.keys(layers)) {
      if (present.some((layer) => matchesGlob(glob, layer))) continue;
      throw new ClippingError(
        'bad-option',
        `\`per-layer({ layers })\` has a threshold for \`${glob}\`, which fits no layer; there are ${present.join(', ')}.`,
      );
    }
    return {};
  },

  clip({ maxNorm, layers, ord }, gradients, state) {
    const { groups, indices, norms } = groupNormsOf(gradients, layerOf, { ord });
    const limits = groups.map(
      (layer) => Object.entries(layers).find(([glob]) => matchesGlob(glob, layer))?.[1] ?? maxNorm,
    );
    const factors = limitFactors(norms, tensor1d(limits));
    return { gradients: scaleEach(gradients, gather(factors, tensor1d([...indices], 'int32'))), state };
  },
});

/**
 * The options of {@link perLayer}.
 *
 * @category Fixed threshold
 */
export type PerLayerOptions = OptionsOf<typeof perLayer.fields>;
