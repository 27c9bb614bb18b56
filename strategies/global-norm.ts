import { defineStrategy, globalNormOf, limitFactors, measurable, order, scaleAll, threshold } from 'gradclip/define';
import type { NormOrder, OptionsOf } from 'gradclip/define';

/**
 * Clips all gradients, taken as one vector g, to a largest norm.
 *
 *     ĝ = g · min(1, c / ‖g‖ₚ)
 *
 * c is `maxNorm` and p is `ord`. The step keeps its direction; only its length is limited. This is the usual choice.
 *
 * With `maxNorm: 'auto'`, nothing is clipped for 50 steps; then c is the 90th percentile of their norms. To measure
 * longer, or at another percentile, set `{ kind: 'measured', steps: 200, percentile: 95 }`.
 *
 * @throws ClippingError `bad-option` when `maxNorm` is negative or NaN, or `ord` is not greater than 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0, 0]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 2 }));
 * optimizer.applyGradients({ w: tf.tensor1d([1, 2, 3]) });
 * w.print(); // [-0.5345225, -1.069045, -1.6035674]
 * ```
 *
 * @category Fixed threshold
 */
export const globalNorm = defineStrategy({
  id: 'global-norm',
  title: 'Clip by global norm',
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxNorm: measurable(
      threshold({
        default: 1,
        about:
          "Largest ‖g‖ that passes unchanged; `'auto'`: the 90th percentile of the first 50 norms, which are not clipped.",
      }),
      (gradients, { ord }) => globalNormOf(gradients, { ord: ord as NormOrder }),
    ),
    ord: order({
      default: 2,
      about:
        "Order p of the norm, above 0: 1 sums magnitudes, 2 is the Euclidean norm, `'inf'` is the largest magnitude.",
    }),
  },
  clip: ({ maxNorm, ord }, gradients) => scaleAll(gradients, limitFactors(globalNormOf(gradients, { ord }), maxNorm)),
  source: {
    authors: 'Pascanu, Mikolov & Bengio',
    year: 2013,
    title: 'On the difficulty of training recurrent neural networks',
    url: 'https://arxiv.org/abs/1211.5063',
    section: 'Algorithm 1',
  },
});

/**
 * The options of {@link globalNorm}.
 *
 * @category Fixed threshold
 */
export type GlobalNormOptions = OptionsOf<typeof globalNorm.fields>;
