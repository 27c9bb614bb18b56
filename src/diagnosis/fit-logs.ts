import { ClippingError, formatValue } from '../core/errors.ts';
import { isClipped, type ClippedOptimizer } from '../optimizer/clipped-optimizer.ts';

/** The logs object that tfjs passes to every callback. */
type Logs = Record<string, unknown>;

/**
 * A callback for `fit` and `fitDataset`, as a plain object.
 *
 * @category Diagnosis
 */
export interface FitCallback {
  /** Called by tfjs with the settings of the training run. */
  setParams(params: Readonly<Record<string, unknown>>): void;
  /** Called by tfjs; does nothing. */
  setModel(model: unknown): void;
  /** Called by tfjs before training. */
  onTrainBegin(): Promise<void>;
  /** Called by tfjs after training; does nothing. */
  onTrainEnd(): Promise<void>;
  /** Called by tfjs before an epoch. */
  onEpochBegin(): Promise<void>;
  /** Called by tfjs after an epoch. */
  onEpochEnd(epoch: number, logs?: object): Promise<void>;
  /** Called by tfjs before a batch. */
  onBatchBegin(batch: number, logs?: object): Promise<void>;
  /** Called by tfjs after a batch. */
  onBatchEnd(batch: number, logs?: object): Promise<void>;
}

const NAMES = ['grad_norm', 'grad_norm_clipped', 'clip_rate'] as const;
type Values = Record<(typeof NAMES)[number], number>;
const NO_VALUES: Values = { grad_norm: NaN, grad_norm_clipped: NaN, clip_rate: NaN };

/**
 * Adds `grad_norm`, `grad_norm_clipped` and `clip_rate` to the logs of `fit` and `fitDataset`.
 *
 * The logs of a batch hold the norms before and after clipping, and 1 if the step was clipped. The logs of an epoch
 * hold the means over its finite values. All other callbacks see them, whatever the order: progress bars, charts,
 * TensorBoard, and the history that `fit` returns. On webgl and webgpu the norms are read after the step, as tfjs
 * reads the loss; there, callbacks earlier in the list see the values of the previous batch. tfjs requires class
 * instances, such as `tf.callbacks.earlyStopping()`, to come first in a list that also contains objects.
 *
 * @throws ClippingError `not-an-optimizer` for an optimizer not made by `clipOptimizer`, `bad-option` for one that
 *   records nothing, with a `window` of 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer, clippingLogs } from 'gradclip';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), globalNorm({ maxNorm: 1 }));
 * model.compile({ optimizer, loss: 'meanSquaredError' });
 * const { history } = await model.fit(tf.ones([32, 3]), tf.ones([32, 1]), {
 *   epochs: 2,
 *   verbose: 0,
 *   callbacks: [clippingLogs(optimizer)],
 * });
 * console.log(history.grad_norm, history.clip_rate);
 * ```
 *
 * @category Diagnosis
 */
export function clippingLogs(optimizer: ClippedOptimizer): FitCallback {
  assertClipped(optimizer);
  if (optimizer.options.window === 0 && optimizer.options.onStep === undefined) {
    throw new ClippingError(
      'bad-option',
      '`clippingLogs(optimizer)` takes an optimizer that records its steps; received one made with `window: 0`.',
    );
  }
  let latest = NO_VALUES;
  let lastRecord = optimizer.lastRecord;
  let steps: Values[] = [];
  let ownParams: Readonly<Record<string, unknown>> | undefined;
  const update = (): void => {
    const record = optimizer.lastRecord;
    if (record === undefined || record === lastRecord) return;
    lastRecord = record;
    latest = {
      grad_norm: record.normBefore,
      grad_norm_clipped: record.normAfter,
      clip_rate: record.clipped ? 1 : 0,
    };
    steps.push(latest);
  };
  const idle = async (): Promise<void> => Promise.resolve();
  return {
    setParams(params) {
      ownParams = params;
    },
    setModel: () => undefined,
    // tfjs may copy these functions to a callback of its own, which then has the params.
    async onTrainBegin(this: { readonly params?: typeof ownParams }) {
      const metrics = (ownParams ?? this.params)?.['metrics'];
      // tfjs averages the metrics over an epoch before it calls any callback.
      if (Array.isArray(metrics)) metrics.push(...NAMES.filter((name) => !metrics.includes(name)));
      return idle();
    },
    onTrainEnd: idle,
    async onEpochBegin() {
      steps = [];
      return idle();
    },
    // tfjs uses one logs object from the beginning to the end of a batch. Getters let callbacks that run before this
    // one, such as the progress bar of tfjs, read what the step has measured in the meantime.
    async onBatchBegin(_batch, logs = {}) {
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
      await optimizer.records();
      update();
    },
    async onEpochEnd(_epoch, logs = {}) {
      for (const name of NAMES) {
        const finite = steps.map((values) => values[name]).filter(Number.isFinite);
        (logs as Logs)[name] = finite.reduce((sum, value) => sum + value, 0) / finite.length;
      }
      return idle();
    },
  };
}

function assertClipped(value: unknown): asserts value is ClippedOptimizer {
  if (isClipped(value)) return;
  const { inner } = Object(value) as { readonly inner?: unknown };
  const hint = isClipped(inner) ? ' Pass its `inner` instead.' : '';
  throw new ClippingError(
    'not-an-optimizer',
    `\`clippingLogs(optimizer)\` takes an optimizer made by \`clipOptimizer\`; received ${formatValue(value)}.${hint}`,
  );
}
