import { defineStrategy } from 'gradclip/define';

/**
 * Returns the gradients unchanged.
 *
 *     ĝ = g
 *
 * The optimizer still measures them. Use it as the baseline of a comparison, or to watch gradient norms before choosing
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
  laws: { direction: 'global', idempotent: true },
  fields: {},
  clip: (_options, gradients) => gradients,
  source: {
    authors: 'Cauchy',
    year: 1847,
    title: 'Méthode générale pour la résolution des systèmes d’équations simultanées',
    url: 'https://gallica.bnf.fr/ark:/12148/bpt6k2982c/f540',
  },
});
