import type { Optimizer } from '@tensorflow/tfjs-core';
import { assertOptionNames } from '../core/options.ts';
import { toPlainOptions } from '../core/plain.ts';
import { registerClass } from '../saving/loading.ts';
import { AccumulatedOptimizer } from './accumulated-optimizer.ts';

/**
 * The options of {@link accumulated}.
 *
 * @category Combinators
 */
export interface AccumulationOptions {
  /** How many gradients one step averages; a whole number of at least 1. */
  readonly steps: number;
}

/**
 * Averages the gradients of several steps, then lets the optimizer take one step, for batches larger than memory.
 *
 * Around a clipped optimizer, the average is clipped once, as if it came from the large batch. An absent gradient counts
 * as 0; a variable without a gradient in any of the steps is left out. NaN or ±Infinity in one step makes the average
 * non-finite; `onNonFinite` of the inner optimizer then applies. An unfinished average continues in the next
 * epoch and is saved with the model.
 *
 * @param optimizer - The optimizer that takes the steps, usually from {@link clipOptimizer}.
 * @throws ClippingError `not-an-optimizer`, `second-tfjs`, `bad-option` or `unknown-option`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { accumulated, clipOptimizer } from 'gradclip';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0]), true, 'w');
 * const optimizer = accumulated(clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 1 })), { steps: 2 });
 * optimizer.applyGradients({ w: tf.tensor1d([6, 0]) });
 * optimizer.applyGradients({ w: tf.tensor1d([0, 8]) }); // the average is [3, 4], its norm 5
 * w.print(); // [-0.6, -0.8]
 * console.log((await optimizer.inner.stats()).clipRate); // 1
 * ```
 *
 * @category Combinators
 */
export function accumulated<Inner extends Optimizer>(
  optimizer: Inner,
  options: AccumulationOptions,
): AccumulatedOptimizer<Inner> {
  const parsed = toPlainOptions('accumulated', (options as AccumulationOptions | null | undefined) ?? {});
  assertOptionNames('accumulated', parsed, ['steps']);
  registerClass(AccumulatedOptimizer);
  return new AccumulatedOptimizer(optimizer, parsed['steps'] as number);
}
