import * as tf from '@tensorflow/tfjs';
import type { Batch } from './_task.ts';

/** The dense layer at the end of a model, freshly initialised; cells take the two seeds before its own. */
export function head(units: number, seed: number): tf.layers.Layer {
  return tf.layers.dense({ name: 'head', units, kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 2 }) });
}

/**
 * The mean over the rows of all batches of what `score` says of each batch, as a mean over its rows.
 *
 * Disposes the batches, and not finite where one score is not.
 */
export async function meanOverRows(batches: Iterable<Batch>, score: (batch: Batch) => tf.Tensor): Promise<number> {
  let sum = 0;
  let rows = 0;
  for (const batch of batches) {
    const one = tf.tidy(() => score(batch));
    const size = batch.x.shape[0] as number;
    sum += ((await one.data())[0] ?? NaN) * size;
    rows += size;
    tf.dispose([one, batch.x, batch.y]);
  }
  return sum / rows;
}
