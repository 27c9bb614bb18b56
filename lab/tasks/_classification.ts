/**
 * What the tasks share whose answer is one of a few classes, given at the end of a sequence.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mode } from 'simple-statistics';
import type { Batch, Problem } from './_task.ts';
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

/** Examples a hundred at a time, as batches. */
export function* batchesOf<Example>(
  examples: readonly Example[],
  rowsOf: (some: readonly Example[]) => Batch,
): Generator<Batch> {
  for (let from = 0; from < examples.length; from += 100) yield rowsOf(examples.slice(from, from + 100));
}

/** The share of `unseen` that has the label most frequent in `seen`: what always answering it gets right. */
export function majorityShare(
  seen: readonly { readonly label: number }[],
  unseen: readonly { readonly label: number }[],
): number {
  const majority = mode(seen.map(({ label }) => label));
  return unseen.filter(({ label }) => label === majority).length / unseen.length;
}
