/**
 * For programs that train with `fit` and `fitDataset` of tfjs-layers: norms and clip rates in their logs.
 *
 * @module gradclip/layers
 * @category Reference
 */

import { CustomCallback } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from './core/errors.ts';
import type { AccumulatedOptimizer } from './optimizer/accumulated-optimizer.ts';
import { isClipped, type ClippedOptimizer } from './optimizer/clipped-optimizer.ts';

/** The logs object that tfjs passes to every callback. */
type Logs = Record<string, unknown>;

const MEANS = ['grad_norm', 'grad_norm_clipped', 'clip_rate'] as const;
const SKIPPED = 'skipped_steps';
const NAMES = [...MEANS, SKIPPED] as const;
type Values = Record<(typeof NAMES)[number], number>;
const NO_VALUES: Values = { grad_norm: NaN, grad_norm_clipped: NaN, clip_rate: NaN, [SKIPPED]: 0 };

/**
 * Adds `grad_norm`, `grad_norm_clipped`, `clip_rate` and `skipped_steps` to the logs of `fit` and `fitDataset`.
 *
 * The logs of a batch have the norms before and after clipping, 1 if the step was clipped, and 1 if it was skipped. The
 * logs of an epoch have the means over its finite values, and the number of skipped steps. All other callbacks see them:
 * progress bars, charts, TensorBoard, and the history that `fit` returns. Callbacks earlier in the list do not see
 * `skipped_steps` of an epoch. On webgl and webgpu, they see the values of the previous batch, because the norms are read
 * after the step, as tfjs reads the loss.
 *
 * The list may contain instances, such as `tf.callbacks.earlyStopping()` and `new tf.CustomCallback({ … })`, in any
 * order. tfjs accepts plain objects only if the first callback is one, so put them first or wrap them in
 * `tf.CustomCallback`.
 *
 * @param optimizer - An optimizer made by `clipOptimizer`, or `accumulated` around one.
 * @throws ClippingError `not-an-optimizer` for any other optimizer, `bad-option` for one that records nothing, with a
 *   `window` of 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { clippingLogs } from 'gradclip/layers';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), globalNorm({ maxNorm: 1 }));
 * model.compile({ optimizer, loss: 'meanSquaredError' });
 * const { history } = await model.fit(tf.ones([32, 3]), tf.ones([32, 1]), {
 *   epochs: 2,
 *   verbose: 0,
 *   callbacks: [clippingLogs(optimizer), tf.callbacks.earlyStopping({ monitor: 'grad_norm' })],
 * });
 * console.log(history.grad_norm, history.clip_rate, history.skipped_steps);
 * ```
 *
 * @category Diagnosis
 */
export function clippingLogs(optimizer: ClippedOptimizer | AccumulatedOptimizer<ClippedOptimizer>): CustomCallback {
  const clipped = clippedIn(optimizer);
  if (clipped.options.window === 0 && clipped.options.onStep === undefined) {
    throw new ClippingError(
      'bad-option',
      '`clippingLogs(optimizer)` takes an optimizer that records its steps; received one made with `window: 0`.',
    );
  }
  let latest = NO_VALUES;
  let { lastRecord } = clipped;
  let steps: Values[] = [];
  const update = (): void => {
    const record = clipped.lastRecord;
    if (record === undefined || record === lastRecord) return;
    lastRecord = record;
    latest = {
      grad_norm: record.normBefore,
      grad_norm_clipped: record.normAfter,
      clip_rate: record.clipped ? 1 : 0,
      [SKIPPED]: record.skipped ? 1 : 0,
    };
    steps.push(latest);
  };
  const idle = (): Promise<void> => Promise.resolve();
  // In a list that begins with a plain object, tfjs copies these functions to a callback of its own, so they are properties
  // of the instance and the parameters are those of `this`.
  return Object.assign(new CustomCallback({}, 'never'), {
    onTrainBegin(this: { readonly params?: Readonly<Record<string, unknown>> }) {
      const metrics = this.params?.['metrics'];
      // tfjs averages the metrics over an epoch before it calls any callback.
      if (Array.isArray(metrics)) metrics.push(...MEANS.filter((name) => !metrics.includes(name)));
      return idle();
    },
    onTrainEnd: idle,
    onEpochBegin() {
      steps = [];
      return idle();
    },
    // tfjs uses one logs object from the beginning to the end of a batch. Getters let callbacks that run before this
    // one, such as the progress bar of tfjs, read what the step has measured in the meantime.
    onBatchBegin(_batch: number, logs: object = {}) {
      for (const name of NAMES) {
        const get = (): number => {
          update();
          return latest[name];
        };
        Object.defineProperty(logs, name, { get, enumerable: true, configurable: true });
      }
      return idle();
    },
    async onBatchEnd() {
      // On a device the record must be read first; on the host it is complete.
      await clipped.records();
      update();
    },
    onEpochEnd(_epoch: number, logs: Logs = {}) {
      for (const name of MEANS) {
        const finite = steps.map((values) => values[name]).filter(Number.isFinite);
        logs[name] = finite.reduce((sum, value) => sum + value, 0) / finite.length;
      }
      logs[SKIPPED] = steps.reduce((sum, values) => sum + values[SKIPPED], 0);
      return idle();
    },
  });
}

function clippedIn(value: unknown): ClippedOptimizer {
  const { inner } = Object(value) as { readonly inner?: unknown };
  const clipped = [value, inner].find(isClipped);
  if (clipped !== undefined) return clipped;
  throw new ClippingError(
    'not-an-optimizer',
    `\`clippingLogs(optimizer)\` takes an optimizer made by \`clipOptimizer\`; received ${formatValue(value)}.`,
  );
}
