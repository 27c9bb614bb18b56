import { subtractUnitMeans, defineStrategy, mapTensors } from 'gradclip/define';

/**
 * Removes the mean over all axes but the last from the gradient of each kernel.
 *
 *     ĝ = g − mean(g),   the mean over all axes but the last
 *
 * The gradient of each unit's incoming weights then sums to zero. tfjs keeps units on the last axis, so each column of a
 * fused LSTM kernel, shape [in, 4·units], is centred separately. Vectors and scalars, such as biases, pass unchanged.
 *
 * Unlike the paper: a unit with one incoming weight passes unchanged, such as each unit of an LSTM kernel over a univariate
 * series, shape [1, 4·units]. Its gradient is its own mean, so it would never learn.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { centralize } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.zeros([2, 2]), true, 'w');
 * const optimizer = clipOptimizer(tf.train.sgd(1), centralize());
 * optimizer.applyGradients({ w: tf.tensor2d([[1, 5], [3, 5]]) });
 * w.print(); // [[1, 0], [-1, 0]]
 * ```
 *
 * @category Fixed threshold
 */
export const centralize = defineStrategy({
  id: 'centralize',
  title: 'Gradient centralization',
  laws: { direction: 'none', idempotent: true },
  fields: {},
  clip: (_options, gradients) =>
    mapTensors(gradients, (gradient) => {
      const units = gradient.shape.at(-1) ?? 1;
      // Vectors, scalars and units with one incoming weight.
      if (gradient.size <= units) return gradient;
      return subtractUnitMeans(gradient);
    }),
  source: {
    authors: 'Yong, Huang, Hua & Zhang',
    year: 2020,
    title: 'Gradient centralization: a new optimization technique for deep neural networks',
    url: 'https://arxiv.org/abs/2004.01461',
    section: 'equation 1',
  },
});
