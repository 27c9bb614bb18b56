import type { Optimizer } from '@tensorflow/tfjs-core';
import type { ClippingStrategy } from '../core/contract.ts';
import { ClippedOptimizer } from './clipped-optimizer.ts';
import { registerClass } from '../saving/loading.ts';
import type { ClipOptions } from './options.ts';

/**
 * Wraps a tfjs optimizer and clips its gradients before each step.
 *
 * @param inner - Any tfjs optimizer: one of tfjs, your own, or a wrapper around one.
 * @param strategy - How to clip: from `gradclip/strategies`, a combinator, or your own.
 * @param options - What to do with NaN and Infinity, and what to record.
 * @throws ClippingError `not-an-optimizer`, `second-tfjs` (the optimizer comes from a second copy of tfjs), `bad-spec`
 *   (no strategy), `unknown-option`, or `bad-option`, also for a setting of the optimizer that must be a number.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), globalNorm({ maxNorm: 1 }));
 * model.compile({ optimizer, loss: 'meanSquaredError' });
 * await model.fit(tf.randomNormal([32, 3]), tf.randomNormal([32, 1]), { verbose: 0 });
 * console.log((await optimizer.stats()).steps);
 * ```
 *
 * @category Optimizer
 */
export function clipOptimizer<Inner extends Optimizer>(
  inner: Inner,
  strategy: ClippingStrategy,
  options?: ClipOptions,
): ClippedOptimizer<Inner> {
  registerClass(ClippedOptimizer);
  return new ClippedOptimizer(inner, strategy, options);
}
