/**
 * What the tasks share whose answer is one of a few classes, given at the end of a sequence.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import type { Batch, Problem } from '../task.ts';
import { meanOverRows } from './_model.ts';

/** The training loss: mean cross-entropy of the classes in nats, shape [], of `y` [batch] under the model's logits. */
export function classLoss(classes: number): Problem['loss'] {
  return (model, { x, y }) => {
    const logits = model.apply(x, { training: true }) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(tf.oneHot(y as tf.Tensor1D, classes), logits) as tf.Scalar;
  };
}

/** The share of rows whose most probable class is the right one. */
export async function accuracy(model: tf.LayersModel, batches: Iterable<Batch>): Promise<number> {
  return meanOverRows(batches, ({ x, y }) => {
    const answers = tf.argMax(model.apply(x) as tf.Tensor2D, -1);
    return tf.mean(tf.cast(tf.equal(answers, tf.cast(y, 'int32')), 'float32'));
  });
}
