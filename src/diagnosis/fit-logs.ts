import { ClippingError, formatValue } from '../core/errors.ts';
import { isClipped, type ClippedOptimizer } from '../optimizer/clipped-optimizer.ts';

/** Logs as tfjs hands them from callback to callback. */
type Logs = Record<string, unknown>;

/**
 * A callback for `fit` and `fitDataset`, in the form that tfjs takes as an object.
 *
 * @category Diagnosis
 */
export interface FitCallback {
  /** Takes what tfjs tells its callbacks of a training. */
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
const nothing: Values = { grad_norm: NaN, grad_norm_clipped: NaN, clip_rate: NaN };

/**
 * Puts `grad_norm`, `grad_norm_clipped` and `clip_rate` into the logs of `fit` and `fitDataset`.
 *
 * The logs of a batch hold that step's norms before and after clipping, and 1 where it was clipped; those of an epoch
 * hold the means, norms that were not finite left out. They reach every other callback, whether it stands before or
 * after this one: progress bars, charts, TensorBoard, and the history that `fit` returns. On webgl and webgpu the
 * norms are read after the step, as tfjs reads the loss for its callbacks; those standing before this one see the
 * batch before there. Callbacks that are instances of a class, such as `tf.callbacks.earlyStopping()`, must come
 * first in the list: so tfjs wants it where objects and instances are mixed.
 *
 * @throws ClippingError `not-an-optimizer` for another one than `clipOptimizer` makes, `bad-option` when it measures
 *   nothing, with a `window` of 0.
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
  if (!isClipped(optimizer)) throw notClipped(optimizer);
  if (optimizer.options.window === 0 && optimizer.options.onStep === undefined) {
    throw new ClippingError(
      'bad-option',
      '`clippingLogs(optimizer)` must be given an optimizer that measures; this one was made with `window: 0`.',
    );
  }
  let latest = nothing;
  let seen = optimizer.lastRecord;
  let steps: Values[] = [];
  let told: Readonly<Record<string, unknown>> | undefined;
  const update = (): void => {
    const record = optimizer.lastRecord;
    if (record === undefined || record === seen) return;
    seen = record;
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
      told = params;
    },
    setModel: () => undefined,
    // tfjs may call this on a callback of its own that has taken over these functions and the params.
    async onTrainBegin(this: { readonly params?: typeof told }) {
      const metrics = (told ?? this.params)?.['metrics'];
      // What is a metric is averaged over the epoch before any callback is told of it.
      if (Array.isArray(metrics)) metrics.push(...NAMES.filter((name) => !metrics.includes(name)));
      return idle();
    },
    onTrainEnd: idle,
    async onEpochBegin() {
      steps = [];
      return idle();
    },
    // The logs of a batch are one object from its beginning to its end. So callbacks that stand before this one, as
    // a progress bar of tfjs itself does, find there what the step has measured meanwhile.
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
      // Reads what is still on the device; nothing where the host has measured.
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

function notClipped(given: unknown): ClippingError {
  const { inner } = (given ?? {}) as { readonly inner?: unknown };
  const advice = isClipped(inner) ? ' Give it the `inner` of this one.' : '';
  return new ClippingError(
    'not-an-optimizer',
    `\`clippingLogs(optimizer)\` takes what \`clipOptimizer\` made; received ${formatValue(given)}.${advice}`,
  );
}
