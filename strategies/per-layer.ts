import { tensor1d } from '@tensorflow/tfjs-core';
import {
  assertGlobsMatch,
  defineStrategy,
  gather,
  groupNormsOf,
  layerAmong,
  layerOf,
  limitFactors,
  matchesGlob,
  numberedLayers,
  order,
  scaleEach,
  threshold,
  thresholdsByName,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Clips the gradient of each layer, over all its variables, to a largest norm.
 *
 *     ĝₗ = gₗ · min(1, cₗ / ‖gₗ‖ₚ)   for every layer l
 *
 * p is `ord`. The kernel, recurrent kernel and bias of a layer form one vector. The name of a layer is the name of a
 * variable up to its last slash; equally named layers of two models are two layers. The first glob in `layers` that
 * matches a layer sets its threshold; other layers use `maxNorm`.
 *
 * @throws ClippingError `bad-option` when a threshold is negative or NaN, or, at the first step, when a glob matches no
 *   layer, not even a frozen one; the message lists the layers.
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
  laws: { direction: 'layer', idempotent: true },
  fields: {
    maxNorm: threshold({ default: 1, about: "Largest norm of a layer's gradient that passes unchanged." }),
    layers: thresholdsByName({
      default: {},
      about: "Thresholds for particular layers, by name or glob: `{ 'lstm*': 0.25 }`.",
    }),
    ord: order({
      default: 2,
      about:
        "Order p of the norm, above 0: 1 sums magnitudes, 2 is the Euclidean norm, `'inf'` is the largest magnitude.",
    }),
  },

  init({ layers }, parameters) {
    const names = [...new Set(Object.keys(parameters).map(layerOf))];
    assertGlobsMatch('per-layer({ layers })', Object.keys(layers), { noun: 'layer', names, nameOf: layerOf });
    return {};
  },

  clip({ maxNorm, layers, ord }, gradients, state) {
    const variables = Object.keys(gradients);
    const numbered = numberedLayers(variables);
    const { groups, indices, norms } = groupNormsOf(gradients, (variable) => layerAmong(variable, numbered), { ord });
    const limits = groups.map((_, group) => {
      const layer = layerOf(variables[indices.indexOf(group)] as string);
      return Object.entries(layers).find(([glob]) => matchesGlob(glob, layer))?.[1] ?? maxNorm;
    });
    const factors = limitFactors(norms, tensor1d(limits));
    return { gradients: scaleEach(gradients, gather(factors, indices)), state };
  },

  source: {
    authors: 'McMahan, Ramage, Talwar & Zhang',
    year: 2018,
    title: 'Learning differentially private recurrent language models',
    url: 'https://arxiv.org/abs/1710.06963',
    section: 'section 2',
  },
});

/**
 * The options of {@link perLayer}.
 *
 * @category Fixed threshold
 */
export type PerLayerOptions = OptionsOf<typeof perLayer.fields>;
