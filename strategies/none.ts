/**
 * No clipping.
 *
 * Hands the gradients on as they are, measured like those of any other strategy:
 *
 *     ĝ = g
 *
 * Source: the plain gradient step, Cauchy (1847). https://gallica.bnf.fr/ark:/12148/bpt6k2982c/f540
 *
 * @module
 */

import { defineStrategy } from 'gradclip/define';

/**
 * Changes nothing, and is measured like any other: the baseline of a comparison, and the way to watch gradient
 * norms before choosing a threshold.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { none } from 'gradclip/strategies';
 *
 * const optimizer = clipOptimizer(tf.train.sgd(0.1), none());
 * console.log(optimizer.strategy.id);
 * ```
 *
 * @category Fixed threshold
 */
export const none = defineStrategy({
  id: 'none',
  title: 'No clipping',
  source: {
    authors: 'Cauchy',
    year: 1847,
    title: 'Méthode générale pour la résolution des systèmes d’équations simultanées',
    url: 'https://gallica.bnf.fr/ark:/12148/bpt6k2982c/f540',
  },
  laws: { direction: 'global', idempotent: true },
  thresholds: [],
  fields: {},

  clip: (_options, gradients) => gradients,
});
