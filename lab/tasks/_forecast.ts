/**
 * What the tasks share that forecast a series: windows of the past in, the next change out, split by time.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean, rootMeanSquare, standardDeviation } from 'simple-statistics';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import type { Batch, Problem, Settings } from './_task.ts';
import { head, meanOverRows } from './_model.ts';
import { checkSettings } from './_settings.ts';

/** What is forecast: at every time, from `seen` up to it, the `next` that follows. */
export interface Forecasting {
  /** What is known at each time. */
  readonly seen: readonly number[];
  /** What is to be forecast at each time, such that the naive forecast is 0; as long as `seen`. */
  readonly next: readonly number[];
}

/** The share of the times that is trained on; the rest, which is later, is scored. */
const TRAINED_SHARE = 0.8;

const LEAST_EXAMPLES = 50;
const SCORED_AT_ONCE = 128;

/**
 * The problem of forecasting, scored by the root of the mean squared error.
 *
 * Everything is scaled by what the earlier part alone shows, so nothing of the later part reaches the training.
 */
export function forecastProblem({ seen, next }: Forecasting, settings: Settings): Problem {
  checkSettings(settings);
  const { units = 16, window = 20, batch = 32 } = settings;
  const examples = seen.length - window + 1;
  if (examples < LEAST_EXAMPLES) {
    throw new LabError(
      `The series is too short: a window of ${window} leaves ${Math.max(0, examples)} examples; ${LEAST_EXAMPLES} are needed.`,
    );
  }
  const trained = Math.floor(examples * TRAINED_SHARE);
  const past = seen.slice(0, trained + window - 1);
  const [center, spread] = [mean(past), standardDeviation(past)];
  const step = rootMeanSquare(next.slice(window - 1, trained + window - 1));
  if (!(spread > 0 && step > 0)) throw new LabError('The series is constant; there is nothing to learn from it.');

  /** Examples by number; the last thing that example `i` sees is at time `i + window − 1`. */
  const rowsFor = (places: readonly number[]): Batch => {
    const x = Float32Array.from({ length: places.length * window }, (_, index) => {
      const time = places[Math.floor(index / window)]! + (index % window);
      return (seen[time]! - center) / spread;
    });
    const y = Float32Array.from(places, (place) => next[place + window - 1]! / step);
    return { x: tf.tensor3d(x, [places.length, window, 1]), y: tf.tensor2d(y, [places.length, 1]) };
  };
  const scored = function* (): Generator<Batch> {
    for (let from = trained; from < examples; from += SCORED_AT_ONCE) {
      const until = Math.min(examples, from + SCORED_AT_ONCE);
      yield rowsFor(Array.from({ length: until - from }, (_, index) => from + index));
    }
  };
  return {
    baseline: rootMeanSquare(next.slice(trained + window - 1, examples + window - 1)),
    trivialLoss: 1,
    model: (cell, seed) =>
      tf.sequential({
        layers: [cell.layer({ units, seed, returnSequences: false, inputShape: [window, 1] }), head(1, seed)],
      }),
    batch: (at, seed) => rowsFor(randomIntegers(batch, trained, seed, at)),
    loss: (model, { x, y }) => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor),
    async evaluate(model) {
      const errorsOf = ({ x, y }: Batch): tf.Tensor => tf.mul(tf.sub(model.apply(x) as tf.Tensor, y), step);
      return Math.sqrt(await meanOverRows(scored(), (one) => tf.mean(tf.square(errorsOf(one)))));
    },
  };
}
