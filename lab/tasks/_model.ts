import * as tf from '@tensorflow/tfjs';
import type { Cell, CellRequest } from '../cells/_cell.ts';
import { deriveSeed } from '../random.ts';
import type { Answer, Batch, Prediction, Score } from './_task.ts';

/** Creates the final dense layer of a model. */
export function createOutputLayer(units: number, seed: number): tf.layers.Layer {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: deriveSeed(seed, 'head') });
  return tf.layers.dense({ name: 'head', units, kernelInitializer });
}

/** Creates a model of one recurrent layer and an output layer; `inputShape` is [time, features]. */
export function createModel(
  cell: Cell,
  seed: number,
  layer: Omit<CellRequest, 'seed'>,
  outputs: number,
): tf.LayersModel {
  return tf.sequential({
    layers: [cell.layer({ ...layer, seed: deriveSeed(seed, 'cell') }), createOutputLayer(outputs, seed)],
  });
}

/**
 * Averages a score over the examples of all batches, and disposes the batches.
 *
 * The result is not finite if any score is not.
 *
 * @param score returns the score of each example of one batch, shape [batch]
 */
export async function meanOverBatches(batches: Iterable<Batch>, score: (batch: Batch) => tf.Tensor): Promise<Score> {
  const scores: number[] = [];
  for (const batch of batches) {
    const perExample = tf.tidy(() => score(batch));
    scores.push(...(await perExample.data()));
    tf.dispose([perExample, batch.x, batch.y]);
  }
  return meanScore(scores);
}

/**
 * Predicts the examples of all batches, and disposes the batches.
 *
 * @param answer returns the truths and the predictions of one batch, both of shape [batch] or [batch, length]
 */
export async function predictBatches(
  batches: Iterable<Batch>,
  answer: (batch: Batch) => readonly [truths: tf.Tensor, predictions: tf.Tensor],
): Promise<Prediction[]> {
  const rows: Prediction[] = [];
  for (const batch of batches) {
    const pair = tf.tidy(() => [...answer(batch)]);
    const [truths, predictions] = (await Promise.all(pair.map((one) => one.array()))) as [Answer[], Answer[]];
    truths.forEach((truth, row) => rows.push({ truth, prediction: predictions[row]! }));
    tf.dispose([...pair, batch.x, batch.y]);
  }
  return rows;
}

/** The mean of the scores of independent examples, with its standard error. */
export function meanScore(scores: readonly number[]): Score {
  const count = scores.length;
  const value = scores.reduce((sum, score) => sum + score, 0) / count;
  const squares = scores.reduce((sum, score) => sum + (score - value) ** 2, 0);
  return { value, standardError: Math.sqrt(squares / Math.max(1, count - 1) / count) };
}

/** The sum of the first numbers divided by the sum of the second, over independent examples, with its standard error. */
export function ratioOfSums(examples: readonly (readonly [number, number])[]): Score {
  const total = examples.reduce((sum, [, size]) => sum + size, 0);
  const value = examples.reduce((sum, [amount]) => sum + amount, 0) / total;
  const squares = examples.reduce((sum, [amount, size]) => sum + (amount - value * size) ** 2, 0);
  return { value, standardError: Math.sqrt(squares) / total };
}
