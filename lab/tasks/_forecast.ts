/**
 * The problem of forecasting a series: windows of the past in, the next value out, split by time.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { mean, quantile, rootMeanSquare, standardDeviation } from 'simple-statistics';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import { createDataReport, sizesOf, type DataNote } from './_data-report.ts';
import type { Batch, Problem } from './_task.ts';
import { toBatches } from './_classification.ts';
import { createModel, meanOverBatches, predictBatches } from './_model.ts';
import type { Series } from './_series.ts';
import { splitInOrder, takeScored } from './_split.ts';

/** Inputs and targets at every time. The model sees a window of inputs up to a time and predicts its target. */
export interface ForecastSeries {
  /** The value known at each time. */
  readonly inputs: readonly number[];
  /** The value to forecast at each time, defined so that the naive forecast is 0. As long as `inputs`. */
  readonly targets: readonly number[];
  /** Whether there is a gap between the values from which the input and the target of a time are computed. */
  readonly crossesGap: readonly boolean[];
  /** Where the values come from. */
  readonly source: Series;
}

/** The settings of a forecast. */
export interface ForecastSettings {
  readonly units: number;
  readonly window: number;
  readonly batch: number;
  readonly scored: number;
}

const MIN_EXAMPLES = 50;

/** The square of a smaller change is 0 as a 32-bit floating-point number. */
const SMALLEST_CHANGE = 1e-15;

/** A change that lies this many interquartile ranges outside the quartiles is an outlier. Returns of prices reach 5. */
const OUTLIER = 10;

/**
 * Creates a forecasting problem whose metric is the root mean squared error.
 *
 * No window crosses a gap. The scale comes from the training data alone.
 */
export function createForecastProblem(
  { inputs, targets, crossesGap, source }: ForecastSeries,
  { units, window, batch, scored }: ForecastSettings,
): Problem {
  const all = Math.max(0, inputs.length - window + 1);
  const starts = Array.from({ length: all }, (_, start) => start).filter(
    (start) => !crossesGap.slice(start, start + window).includes(true),
  );
  if (starts.length < MIN_EXAMPLES) {
    throw new LabError(
      `The series is too short: ${starts.length} windows of ${window} cross no gap. At least ${MIN_EXAMPLES} are required. Use more rows or a smaller window.`,
    );
  }
  const parts = splitInOrder(starts);
  const { training } = parts;
  const held = takeScored(parts, scored);
  const targetOf = (start: number): number => targets[start + window - 1]!;
  const trainingInputs = inputs.slice(0, training.at(-1)! + window);
  const [center, spread] = [mean(trainingInputs), standardDeviation(trainingInputs)];
  const targetScale = rootMeanSquare(training.map(targetOf));
  const baseline = rootMeanSquare(held.test.map(targetOf));
  for (const [part, change] of [
    ['training', Math.min(spread, targetScale)],
    ['test', baseline],
  ] as const) {
    if (change >= SMALLEST_CHANGE) continue;
    const lines = linesOf(source, parts[part], window + source.readings.length - inputs.length);
    throw new LabError(
      `\`${source.column}\` does not change in the ${part} part (${lines}). Use data that varies, or choose another column.`,
    );
  }

  /** A batch of examples by the time of their first input. */
  const toBatch = (some: readonly number[]): Batch => {
    const x = Float32Array.from({ length: some.length * window }, (_, position) => {
      const time = some[Math.floor(position / window)]! + (position % window);
      return (inputs[time]! - center) / spread;
    });
    const y = Float32Array.from(some, (start) => targetOf(start) / targetScale);
    return { x: tf.tensor3d(x, [some.length, window, 1]), y: tf.tensor2d(y, [some.length, 1]) };
  };
  const outliers = findOutliers(targets, crossesGap, source);
  return {
    baseline,
    trivialLoss: 1,
    dataReport: createDataReport({
      unit: 'rows',
      read: source.read,
      dropped: source.dropped,
      changed: [...source.changed, { what: 'begin no window, because a gap follows', count: all - starts.length }],
      partUnit: 'windows',
      parts: sizesOf(parts),
      scored: { validation: held.validation.length, test: held.test.length },
      ...(source.dates && { dates: source.dates }),
      ...(outliers && { outliers }),
    }),
    model: (cell, seed) => createModel(cell, seed, { units, inputShape: [window, 1], returnSequences: false }, 1),
    batch: (step, seed) =>
      toBatch(randomIntegers(batch, training.length, seed, 'batch', step).map((index) => training[index]!)),
    loss: (model, { x, y }) => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor),
    async evaluate(model, part) {
      const errorsOf = ({ x, y }: Batch): tf.Tensor => tf.mul(tf.sub(model.apply(x) as tf.Tensor, y), targetScale);
      const squared = await meanOverBatches(toBatches(held[part], toBatch), (rows) =>
        tf.sum(tf.square(errorsOf(rows)), 1),
      );
      const value = Math.sqrt(squared.value);
      // d√x = dx / (2·√x).
      return { value, standardError: squared.standardError / (2 * value) };
    },
    predict: (model) =>
      predictBatches(toBatches(held.test, toBatch), ({ x, y }) => {
        const inUnits = [y, model.apply(x) as tf.Tensor].map((one) => tf.mul(tf.squeeze(one, [1]), targetScale));
        return inUnits as [tf.Tensor, tf.Tensor];
      }),
  };
}

/** Names the lines of the readings from which windows and their targets are made. */
function linesOf({ readings }: Series, starts: readonly number[], length: number): string {
  const ends = [readings[starts[0]!]!, readings[starts.at(-1)! + length - 1]!];
  const [from = 0, to = 0] = ends.map(({ line }) => line).sort((a, b) => a - b);
  return `lines ${from} to ${to}`;
}

function findOutliers(
  targets: readonly number[],
  crossesGap: readonly boolean[],
  { readings }: Series,
): DataNote | undefined {
  const usual = targets.filter((_, time) => !crossesGap[time]);
  const [low, high] = [quantile(usual, 0.25), quantile(usual, 0.75)];
  const reach = OUTLIER * (high - low);
  const far = targets.flatMap((target, time) =>
    !crossesGap[time] && (target < low - reach || target > high + reach) ? [time] : [],
  );
  if (far.length === 0) return undefined;
  const largest = far.reduce((best, time) => (Math.abs(targets[time]!) > Math.abs(targets[best]!) ? time : best));
  // The last reading that a target depends on.
  const { line, value } = readings[largest + readings.length - targets.length]!;
  return {
    what: 'change more than usual by far',
    count: far.length,
    advice: `The largest change is to ${value} in line ${line}; correct it if it is an error.`,
  };
}
