import {
  add,
  cast,
  div,
  dispose,
  equal,
  greater,
  keep,
  logicalNot,
  maximum,
  mul,
  sub,
  tidy,
  util,
  where,
  zerosLike,
  type Optimizer,
  type Scalar,
  type serialization,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { assertOptionNames } from '../core/options.ts';
import { toPlainOptions } from '../core/plain.ts';
import type { VariableIdentity } from '../core/replaced-variables.ts';
import { isRecorded, statsOf, type ClipStats, type StepRecord } from '../records/records.ts';
import { createInner, escapeUnderscores, isOrder, notAConfig, parseSaved } from '../saving/config.ts';
import type { ClippedOptimizer } from './clipped-optimizer.ts';
import { readGradients, variableId, type Gradients, type GradientList } from './gradients.ts';
import { registerClass } from '../saving/loading.ts';
import { removeSlots, toInnerForm } from './inner-optimizer.ts';
import { applyStep, countSkipped, outerStep } from './skipping.ts';
import { VariableOrder } from './variable-order.ts';
import { WrappingOptimizer, type WrapperState } from './wrapping-optimizer.ts';

/**
 * The config of an {@link AccumulatedOptimizer} in a saved model.
 *
 * @category Combinators
 */
export interface AccumulationConfig extends serialization.ConfigDict {
  /** The class of the inner optimizer. */
  readonly innerClassName: string;
  /** The config of the inner optimizer. */
  readonly innerConfig: serialization.ConfigDict;
  /** Steps and the order of the variables, as JSON without underscores. */
  readonly accumulation: string;
}

/** The JSON in {@link AccumulationConfig.accumulation}; the constructor checks `steps`. */
interface Saved {
  readonly steps: number;
  readonly order: readonly string[];
}

function isSaved(json: Partial<Saved>): json is Saved {
  return typeof json.steps === 'number' && isOrder(json.order);
}

/**
 * The options of {@link accumulated}.
 *
 * @category Combinators
 */
export interface AccumulationOptions {
  /** How many gradients one step averages; a whole number of at least 1. */
  readonly steps: number;
}

/**
 * Averages the gradients of several steps, then lets the inner optimizer take one step.
 *
 * @see {@link accumulated}, which creates one.
 *
 * @category Combinators
 */
export class AccumulatedOptimizer<Inner extends Optimizer = Optimizer> extends WrappingOptimizer<Inner> {
  /** The name in saved models. */
  static readonly className = 'AccumulatedOptimizer';

  /** How many gradients one step averages. */
  readonly steps: number;

  readonly #order = new VariableOrder();
  // The sum of each variable's gradients, each divided by `steps`.
  #sums: NamedTensors = {};
  // How many gradients the sums hold; on the device once a wrapper outside skips steps there.
  #pending: number | Scalar = 0;
  // How many steps have come since the last one that counted, skipped ones included; from 0 to `steps` − 1.
  #calls = 0;
  #seenSinceCounted = new Set<string>();
  #isList = false;

  /** See {@link accumulated}. */
  constructor(inner: Inner, steps: number) {
    super(inner, 'accumulated(optimizer, { steps })', 'clipOptimizer(tf.train.adam(1e-3), globalNorm())');
    if (!Number.isInteger(steps) || steps < 1) {
      throw new ClippingError(
        'bad-option',
        `\`accumulated(optimizer, { steps })\` must be a whole number of at least 1; received ${formatValue(steps)}.`,
      );
    }
    this.steps = steps;
  }

  /**
   * Gradients accumulated since the last step of the inner optimizer; from 0 to `steps` − 1.
   *
   * Inside an optimizer that skips steps on webgl or webgpu, this reads one number from the device.
   */
  get pending(): number {
    return typeof this.#pending === 'number' ? this.#pending : (this.#pending.dataSync()[0] as number);
  }

  /**
   * Adds the gradients to the average; the last of `steps` takes a step.
   *
   * @param gradients - As {@link ClippedOptimizer.applyGradients} takes them.
   * @throws ClippingError `unknown-variable` or `bad-gradients`; the average stays as it was. Errors of the inner
   *   optimizer pass through; the average starts again.
   */
  override applyGradients(gradients: Gradients): void {
    this.takeStep(gradients, this.inner);
  }

  /**
   * Takes a step with the mean of the gradients accumulated so far, such as after the last batch of an epoch.
   *
   * The mean is over the gradients that came, not over `steps`. Without any, no step is taken.
   *
   * @throws ClippingError `bad-state` after `dispose`. Errors of the inner optimizer pass through; the average starts
   *   again.
   */
  flush(): void {
    this.assertNotDisposed();
    this.#removeGone();
    const isCounted = this.#calls > 0;
    this.#calls = 0;
    tidy(() => {
      const pending = this.#pending;
      const count = typeof pending === 'number' ? pending : maximum(pending, 1);
      const means = mapValues(this.#sums, (sum) => mul(sum, div(this.steps, count)));
      if (typeof pending !== 'number') this.#stepIf(greater(pending, 0), this.inner, means, pending, isCounted);
      else if (pending > 0) this.#step(this.inner, means, isCounted);
      else if (isCounted) countSkipped(this.inner, {});
    });
    this.#seenSinceCounted.clear();
  }

  /** @internal */
  override countSkippedStep(gradients: Gradients): void {
    this.#addVariables(readGradients(gradients).variables);
    if (this.#countStep()) countSkipped(this.inner, gradients);
  }

  protected override takeStep(received: Gradients, target: Optimizer): void {
    this.assertNotDisposed();
    const { variables, gradients } = readGradients(received);
    this.#addVariables(variables);
    this.#assertShapes(gradients);
    this.#isList = Array.isArray(received);
    for (const name of gradients.keys()) this.#seenSinceCounted.add(name);
    const isCounted = this.#countStep();
    const { skip } = outerStep();
    tidy(() => {
      const sums = this.#sumsWith(gradients, skip);
      if (skip === undefined && typeof this.#pending === 'number') {
        this.#keep(sums, this.#pending + 1);
        if (this.#pending === this.steps) this.#step(target, sums, isCounted);
        else if (isCounted) countSkipped(target, received);
      } else {
        const pending: Scalar = add(this.#pending, skip === undefined ? 1 : sub(1, skip));
        this.#stepIf(equal(pending, this.steps), target, sums, pending, isCounted);
      }
    });
    if (isCounted) this.#seenSinceCounted.clear();
  }

  /**
   * A summary of the steps in the window of the inner optimizer, each of which clipped an average.
   *
   * @throws ClippingError `not-an-optimizer` when the inner optimizer has no records; so do {@link records} and
   *   {@link resetStats}.
   */
  async stats(): Promise<ClipStats> {
    return statsOf(await this.records());
  }

  /** The records of the inner optimizer, oldest first. */
  async records(): Promise<StepRecord[]> {
    return this.#recorded().records();
  }

  /** Forgets the records of the inner optimizer. */
  resetStats(): void {
    this.#recorded().resetStats();
  }

  /** The config to save with a model. */
  override getConfig(): AccumulationConfig {
    const { steps } = this;
    const innerConfig = this.inner.getConfig();
    return {
      ...innerConfig,
      innerClassName: this.inner.getClassName(),
      innerConfig,
      accumulation: escapeUnderscores(JSON.stringify({ steps, order: this.#order.names })),
    };
  }

  /** Creates one from a saved config; called by `tf.loadLayersModel`. */
  static override fromConfig<T>(this: void, _class: unknown, config: unknown): T {
    const { innerClassName, innerConfig, accumulation } = Object(config) as Partial<AccumulationConfig>;
    if (typeof innerClassName !== 'string' || innerConfig === undefined || typeof accumulation !== 'string') {
      throw notAConfig('AccumulatedOptimizer', config);
    }
    const { steps, order } = parseSaved(accumulation, isSaved, 'AccumulatedOptimizer', '`steps` and `order`');
    const optimizer = new AccumulatedOptimizer(createInner(innerClassName, innerConfig), steps);
    optimizer.#order.restore(order);
    return optimizer as T;
  }

  protected override replaceVariables(successors: ReadonlyMap<string, VariableIdentity>): void {
    this.#order.replace(successors);
    this.#rename(new Map([...successors].map(([name, successor]) => [name, successor.name])));
  }

  // A step with NaN makes the average NaN.
  protected override readonly mayHoldNaN = true;

  protected override getState(): WrapperState {
    const { pending, steps } = this;
    // Skipped steps let the two counts differ.
    const skipped = (this.#calls - pending + steps) % steps;
    return { tensors: this.#sums, count: pending + steps * skipped };
  }

  protected override restoreState({ tensors, count }: WrapperState): void {
    this.#clear();
    const pending = count % this.steps;
    this.#calls = (pending + Math.floor(count / this.steps)) % this.steps;
    this.#keep(
      mapValues(tensors, (sum) => sum.clone()),
      pending,
    );
  }

  protected override freeState(): void {
    this.#clear();
  }

  #recorded(): Pick<ClippedOptimizer, 'records' | 'resetStats'> {
    const inner: Optimizer = this.inner;
    if (isRecorded(inner)) return inner as ClippedOptimizer;
    throw new ClippingError(
      'not-an-optimizer',
      '`accumulated(optimizer)` records what its optimizer records, and ' +
        `${this.inner.getClassName()} records nothing; wrap it in \`clipOptimizer\` first.`,
    );
  }

  /** The sums with the gradients of a step, unless `skip` on the device is 1. */
  #sumsWith(gradients: ReadonlyMap<string, Tensor>, skip: Scalar | undefined): NamedTensors {
    const sums: Record<string, Tensor> = { ...this.#sums };
    const isSkipped = skip && cast(skip, 'bool');
    for (const [name, gradient] of gradients) {
      // Divides before adding, so that a sum of large gradients does not overflow.
      const share = this.steps === 1 ? gradient.clone() : div(gradient, this.steps);
      const sum = this.#sums[name];
      const after = sum === undefined ? share : add(sum, share);
      sums[name] = isSkipped === undefined ? after : where(isSkipped, sum ?? zerosLike(share), after);
    }
    return sums;
  }

  #step(target: Optimizer, gradients: NamedTensors, isCounted: boolean): void {
    try {
      this.#order.commit();
      applyStep(target, this.#toInnerForm(target, gradients), undefined, isCounted);
    } finally {
      this.#clear();
    }
  }

  /** Takes a step where `isDue` on the device is true; the sums then start again from 0. */
  #stepIf(isDue: Scalar, target: Optimizer, gradients: NamedTensors, pending: Scalar, isCounted: boolean): void {
    // Cleared sums keep their variables here, because the host does not know that they are cleared.
    const recent = isCounted ? Object.entries(gradients).filter(([name]) => this.#seenSinceCounted.has(name)) : [];
    const current = isCounted ? Object.fromEntries(recent) : gradients;
    try {
      this.#order.commit();
      applyStep(target, this.#toInnerForm(target, current), cast(logicalNot(isDue), 'float32'), isCounted);
      this.#keep(
        mapValues(current, (sum) => where(isDue, zerosLike(sum), sum)),
        where(isDue, 0, pending),
      );
    } catch (error) {
      this.#clear();
      throw error;
    }
  }

  /** In the form of the latest gradients, with every variable that has a sum. */
  #toInnerForm(target: Optimizer, gradients: NamedTensors): Gradients {
    const list = Object.entries(gradients).map(([name, tensor]) => ({ name, tensor })) as GradientList;
    return toInnerForm(target, this.#order.names, this.#isList ? list : gradients, gradients);
  }

  /** Whether a step counts for the inner optimizer: every `steps`th one, skipped or not, as the host knows no more. */
  #countStep(): boolean {
    if (!outerStep().isCounted) return false;
    this.#calls = (this.#calls + 1) % this.steps;
    return this.#calls === 0;
  }

  #keep(sums: NamedTensors, pending: number | Scalar): void {
    const after = new Set([...Object.values(sums), pending]);
    const before = [...Object.values(this.#sums), this.#pending];
    for (const one of after) if (typeof one !== 'number') keep(one);
    dispose(before.filter((one) => typeof one !== 'number' && !after.has(one)) as Tensor[]);
    this.#sums = sums;
    this.#pending = pending;
  }

  #clear(): void {
    this.#keep({}, 0);
  }

  #addVariables(variables: readonly VariableIdentity[]): void {
    this.#removeGone();
    this.#rename(this.#order.addVariables(variables).renamed);
  }

  #removeGone(): void {
    const gone = this.#order.removeGone(variableId);
    removeSlots(this.inner, gone.indices);
    if (gone.names.length === 0) return;
    const sums = Object.entries(this.#sums);
    const isGone = (name: string): boolean => gone.names.includes(name);
    dispose(sums.filter(([name]) => isGone(name)).map(([, sum]) => sum));
    this.#sums = Object.fromEntries(sums.filter(([name]) => !isGone(name)));
  }

  // Only loaded sums can have another shape.
  #assertShapes(gradients: ReadonlyMap<string, Tensor>): void {
    for (const [name, { shape }] of gradients) {
      const sum = this.#sums[name];
      if (sum === undefined || util.arraysEqual(sum.shape, shape)) continue;
      throw new ClippingError(
        'bad-state',
        `The saved AccumulatedOptimizer has a sum of shape [${sum.shape.join(', ')}] for \`${name}\`, whose shape is ` +
          `[${shape.join(', ')}]. Load it with the model it was saved with.`,
      );
    }
  }

  // A model that is loaded beside the old one has numbered variable names.
  #rename(renamed: ReadonlyMap<string, string>): void {
    if (renamed.size === 0) return;
    const after = (name: string): string => renamed.get(name) ?? name;
    this.#sums = Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [after(name), sum]));
    this.#seenSinceCounted = new Set([...this.#seenSinceCounted].map(after));
  }
}

function mapValues(tensors: NamedTensors, change: (tensor: Tensor) => Tensor): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}

/**
 * Averages the gradients of several steps, then lets the optimizer take one step, for batches larger than memory.
 *
 * Around a clipped optimizer, the average is clipped once, as if it came from the large batch. An absent gradient counts
 * as 0; a variable without a gradient in all of the steps is left out. NaN or ±Infinity in one step makes the average
 * non-finite, and the `onNonFinite` of the inner optimizer applies to it. An unfinished average continues in the next
 * epoch and is saved with the model.
 *
 * @param optimizer - The optimizer that takes the steps, usually from {@link clipOptimizer}.
 * @throws ClippingError `not-an-optimizer`, `second-tfjs`, `bad-option` or `unknown-option`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { accumulated, clipOptimizer } from 'gradclip';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const w = tf.variable(tf.tensor1d([0, 0]), true, 'w');
 * const optimizer = accumulated(clipOptimizer(tf.train.sgd(1), globalNorm({ maxNorm: 1 })), { steps: 2 });
 * optimizer.applyGradients({ w: tf.tensor1d([6, 0]) });
 * optimizer.applyGradients({ w: tf.tensor1d([0, 8]) }); // the average is [3, 4], its norm 5
 * w.print(); // [-0.6, -0.8]
 * console.log((await optimizer.inner.stats()).clipRate); // 1
 * ```
 *
 * @category Combinators
 */
export function accumulated<Inner extends Optimizer>(
  optimizer: Inner,
  options: AccumulationOptions,
): AccumulatedOptimizer<Inner> {
  const parsed = toPlainOptions('accumulated', (options as AccumulationOptions | null | undefined) ?? {});
  assertOptionNames('accumulated', parsed, ['steps']);
  registerClass(AccumulatedOptimizer);
  return new AccumulatedOptimizer(optimizer, parsed['steps'] as number);
}
