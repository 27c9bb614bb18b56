import { defineStrategy } from 'gradclip/define';

/**
 * Passes the gradients on unchanged.
 *
 *     ĝ = g
 *
 * The optimizer measures them as usual. Use it as the baseline of a comparison, or to watch gradient norms before choosing
 * a threshold.
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
  fields: {},

  clip: (_options, gradients) => gradients,
});
