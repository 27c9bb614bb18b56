/**
 * The problem of forecasting a series: windows of the past in, the next value out, split by time.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean, rootMeanSquare, standardDeviation } from 'simple-statistics';
import { LabError } from '../errors.ts';
import { deriveSeed, randomIntegers } from '../random.ts';
import type { Batch, Problem, Settings } from './_task.ts';
import { toBatches } from './_classification.ts';
import { createOutputLayer, meanOverBatches } from './_model.ts';
import { assertSettings } from './_settings.ts';
import { splitInOrder } from './_split.ts';

/** Inputs and targets at every time. The model sees a window of inputs up to a time and predicts its target. */
export interface ForecastSeries {
  /** The value known at each time. */
  readonly inputs: readonly number[];
  /** The value to forecast at each time, defined so that the naive forecast is 0. As long as `inputs`. */
  readonly targets: readonly number[];
}

const MIN_EXAMPLES = 50;

/**
 * Creates a forecasting problem whose metric is the root mean squared error.
 *
 * The scale comes from the training data alone, so no later data leaks into training.
 */
export function createForecastProblem({ inputs, targets }: ForecastSeries, settings: Settings): Problem {
  assertSettings(settings);
  const { units = 16, window = 20, batch = 32 } = settings;
  const examples = inputs.length - window + 1;
  if (examples < MIN_EXAMPLES) {
    throw new LabError(
      `The series is too short: a window of ${window} leaves ${Math.max(0, examples)} examples. At least ${MIN_EXAMPLES} are required.`,
    );
  }
  const parts = splitInOrder(Array.from({ length: examples }, (_, index) => index));
  const trained = parts.training.length;
  const trainingInputs = inputs.slice(0, trained + window - 1);
  const [center, spread] = [mean(trainingInputs), standardDeviation(trainingInputs)];
  const targetScale = rootMeanSquare(targets.slice(window - 1, trained + window - 1));
  if (!(spread > 0 && targetScale > 0)) throw new LabError('The series is constant. Use data that varies.');

  /** A batch of examples by index. The last input of example `i` is at time `i + window − 1`. */
  const toBatch = (indices: readonly number[]): Batch => {
    const x = Float32Array.from({ length: indices.length * window }, (_, position) => {
      const time = indices[Math.floor(position / window)]! + (position % window);
      return (inputs[time]! - center) / spread;
    });
    const y = Float32Array.from(indices, (index) => targets[index + window - 1]! / targetScale);
    return { x: tf.tensor3d(x, [indices.length, window, 1]), y: tf.tensor2d(y, [indices.length, 1]) };
  };
  return {
    baseline: rootMeanSquare(parts.test.map((index) => targets[index + window - 1]!)),
    trivialLoss: 1,
    model: (cell, seed) =>
      tf.sequential({
        layers: [
          cell.layer({ units, seed: deriveSeed(seed, 'cell'), returnSequences: false, inputShape: [window, 1] }),
          createOutputLayer(1, seed),
        ],
      }),
    batch: (step, seed) => toBatch(randomIntegers(batch, trained, seed, 'batch', step)),
    loss: (model, { x, y }) => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor),
    async evaluate(model, part) {
      const errorsOf = ({ x, y }: Batch): tf.Tensor => tf.mul(tf.sub(model.apply(x) as tf.Tensor, y), targetScale);
      const squared = await meanOverBatches(toBatches(parts[part], toBatch), (rows) =>
        tf.sum(tf.square(errorsOf(rows)), 1),
      );
      const value = Math.sqrt(squared.value);
      // d√x = dx / (2·√x).
      return { value, standardError: squared.standardError / (2 * value) };
    },
  };
}
