import {
  add,
  cast,
  div,
  equal,
  greater,
  logicalNot,
  maximum,
  mul,
  sub,
  tidy,
  where,
  zerosLike,
  type Optimizer,
  type Scalar,
} from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { filterNames, mapValues } from '../core/entries.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import type { VariableIdentity } from '../core/replaced-variables.ts';
import { isRecorded, statsOf, type ClipStats, type StepRecord } from '../records/records.ts';
import {
  parseAccumulationConfig,
  toAccumulationConfig,
  type AccumulationConfig,
} from '../saving/accumulation-config.ts';
import type { ClippedOptimizer } from './clipped-optimizer.ts';
import { GradientSums } from './gradient-sums.ts';
import { readGradients, variableId, type Gradients, type GradientList } from './gradients.ts';
import { removeSlots, toInnerForm } from './inner-optimizer.ts';
import { applyStep, countSkipped, outerStep } from './skipping.ts';
import { VariableOrder } from './variable-order.ts';
import { WrappingOptimizer, type WrapperState } from './wrapping-optimizer.ts';

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
  readonly #sums: GradientSums;
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
    this.#sums = new GradientSums(steps);
  }

  /**
   * Gradients accumulated since the last step of the inner optimizer; from 0 to `steps` − 1.
   *
   * Inside an optimizer that skips steps on webgl or webgpu, this reads one number from the device.
   */
  get pending(): number {
    const { pending } = this.#sums;
    return typeof pending === 'number' ? pending : (pending.dataSync()[0] as number);
  }

  /**
   * Adds the gradients to the average; every `steps`-th call lets the inner optimizer take a step.
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
   * The mean is over the gradients received so far, not over `steps`. If there are none, no step is taken.
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
      const { pending } = this.#sums;
      const count = typeof pending === 'number' ? pending : maximum(pending, 1);
      const means = mapValues(this.#sums.tensors, (sum) => mul(sum, div(this.steps, count)));
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
    this.#sums.assertShapes(gradients);
    this.#isList = Array.isArray(received);
    for (const name of gradients.keys()) this.#seenSinceCounted.add(name);
    const isCounted = this.#countStep();
    const { skip } = outerStep();
    tidy(() => {
      const { pending: before } = this.#sums;
      const sums = this.#sums.with(gradients, skip);
      if (skip === undefined && typeof before === 'number') {
        this.#sums.keep(sums, before + 1);
        if (before + 1 === this.steps) this.#step(target, sums, isCounted);
        else if (isCounted) countSkipped(target, received);
      } else {
        const pending: Scalar = add(before, skip === undefined ? 1 : sub(1, skip));
        this.#stepIf(equal(pending, this.steps), target, sums, pending, isCounted);
      }
    });
    if (isCounted) this.#seenSinceCounted.clear();
  }

  /**
   * A summary of the inner optimizer's steps in the window. Each step clipped an average.
   *
   * @throws ClippingError `not-an-optimizer` when the inner optimizer has no records. {@link records} and
   *   {@link resetStats} throw it too.
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
    return toAccumulationConfig(this.inner, { steps: this.steps, order: this.#order.names });
  }

  /** Creates one from a saved config; called by `tf.loadLayersModel`. */
  static override fromConfig<T>(this: void, _class: unknown, config: unknown): T {
    const { inner, steps, order } = parseAccumulationConfig(config);
    const optimizer = new AccumulatedOptimizer(inner, steps);
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
    return { tensors: this.#sums.tensors, count: pending + steps * skipped };
  }

  protected override restoreState({ tensors, count }: WrapperState): void {
    this.#sums.clear();
    const pending = count % this.steps;
    this.#calls = (pending + Math.floor(count / this.steps)) % this.steps;
    this.#sums.keep(
      mapValues(tensors, (sum) => sum.clone()),
      pending,
    );
  }

  protected override freeState(): void {
    this.#sums.clear();
  }

  #recorded(): Pick<ClippedOptimizer, 'records' | 'resetStats'> {
    const inner: Optimizer = this.inner;
    if (isRecorded(inner)) return inner as ClippedOptimizer;
    throw new ClippingError(
      'not-an-optimizer',
      `\`accumulated(optimizer)\` has the records of its optimizer, but ${this.inner.getClassName()} has none; ` +
        'wrap it in `clipOptimizer` first.',
    );
  }

  #step(target: Optimizer, gradients: NamedTensors, isCounted: boolean): void {
    try {
      this.#order.commit();
      applyStep(target, this.#toInnerForm(target, gradients), undefined, isCounted);
    } finally {
      this.#sums.clear();
    }
  }

  /** Takes a step where `isDue` on the device is true; the sums then start again from 0. */
  #stepIf(isDue: Scalar, target: Optimizer, gradients: NamedTensors, pending: Scalar, isCounted: boolean): void {
    // Cleared sums keep their variables here, because the host does not know that they are cleared.
    const current = isCounted ? filterNames(gradients, (name) => this.#seenSinceCounted.has(name)) : gradients;
    try {
      this.#order.commit();
      applyStep(target, this.#toInnerForm(target, current), cast(logicalNot(isDue), 'float32'), isCounted);
      this.#sums.keep(
        mapValues(current, (sum) => where(isDue, zerosLike(sum), sum)),
        where(isDue, 0, pending),
      );
    } catch (error) {
      this.#sums.clear();
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

  #addVariables(variables: readonly VariableIdentity[]): void {
    this.#removeGone();
    this.#rename(this.#order.addVariables(variables).renamed);
  }

  #removeGone(): void {
    const gone = this.#order.removeGone(variableId);
    removeSlots(this.inner, gone.indices);
    this.#sums.remove(gone.names);
  }

  // A model that is loaded beside the old one has numbered variable names.
  #rename(renamed: ReadonlyMap<string, string>): void {
    if (renamed.size === 0) return;
    const after = (name: string): string => renamed.get(name) ?? name;
    this.#sums.rename(after);
    this.#seenSinceCounted = new Set([...this.#seenSinceCounted].map(after));
  }
}
