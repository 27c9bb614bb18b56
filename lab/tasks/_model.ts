import * as tf from '@tensorflow/tfjs';
import type { Batch } from './_task.ts';

/** Creates the final dense layer of a model. Its seed follows the two seeds that the cell uses. */
export function createOutputLayer(units: number, seed: number): tf.layers.Layer {
  return tf.layers.dense({ name: 'head', units, kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 2 }) });
}

/**
 * Averages a score over the rows of all batches, and disposes the batches.
 *
 * The result is not finite if any score is not.
 *
 * @param score returns the mean over the rows of one batch, shape []
 */
export async function meanOverBatches(batches: Iterable<Batch>, score: (batch: Batch) => tf.Tensor): Promise<number> {
  let sum = 0;
  let rows = 0;
  for (const batch of batches) {
    const mean = tf.tidy(() => score(batch));
    const size = batch.x.shape[0] as number;
    sum += ((await mean.data())[0] ?? NaN) * size;
    rows += size;
    tf.dispose([mean, batch.x, batch.y]);
  }
  return sum / rows;
}
