/**
 * Loss and metric of the tasks that classify a whole sequence.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mode } from 'simple-statistics';
import type { Batch, Prediction, Problem, Score } from './_task.ts';
import { meanOverBatches, predictBatches } from './_model.ts';

/** Creates the training loss: the mean cross-entropy in nats, shape [], of the classes `y` [batch]. */
export function createCrossEntropyLoss(classes: number): Problem['loss'] {
  return (model, { x, y }) => {
    const logits = model.apply(x, { training: true }) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(tf.oneHot(y as tf.Tensor1D, classes), logits) as tf.Scalar;
  };
}

/** Measures the share of rows whose most probable class is correct. */
export async function measureAccuracy(model: tf.LayersModel, batches: Iterable<Batch>): Promise<Score> {
  return meanOverBatches(batches, ({ x, y }) => {
    const predictions = tf.argMax(model.apply(x) as tf.Tensor2D, -1);
    return tf.cast(tf.equal(predictions, tf.cast(y, 'int32')), 'float32');
  });
}

/** Predicts the most probable class of each row, by its name if classes have names. */
export async function predictClasses(
  model: tf.LayersModel,
  batches: Iterable<Batch>,
  labels: readonly string[] = [],
): Promise<Prediction[]> {
  const classes = await predictBatches(batches, ({ x, y }) => [y, tf.argMax(model.apply(x) as tf.Tensor2D, -1)]);
  const nameOf = (id: Prediction['truth']): Prediction['truth'] => labels[id as number] ?? id;
  return classes.map(({ truth, prediction }) => ({ truth: nameOf(truth), prediction: nameOf(prediction) }));
}

const EVALUATION_BATCH = 100;

/** Splits examples into batches for evaluation. */
export function* toBatches<Example>(
  examples: readonly Example[],
  toBatch: (some: readonly Example[]) => Batch,
): Generator<Batch> {
  for (let start = 0; start < examples.length; start += EVALUATION_BATCH) {
    yield toBatch(examples.slice(start, start + EVALUATION_BATCH));
  }
}

/** The accuracy on `held` of a predictor that always answers with the most frequent training label. */
export function majorityAccuracy(
  training: readonly { readonly label: number }[],
  held: readonly { readonly label: number }[],
): number {
  const majority = mode(training.map(({ label }) => label));
  return held.filter(({ label }) => label === majority).length / held.length;
}
