import { dispose, Optimizer, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { REPLACE_VARIABLES, type ReplacesVariables, type VariableIdentity } from '../core/replaced-variables.ts';
import { secondTfjsError } from '../core/second-tfjs.ts';
import type { GradientList, Gradients } from './gradients.ts';
import { assertCanClip, minimizeThrough, ownMinimizeIn, WRAPPER } from './inner-optimizer.ts';
import { assertSettings, forwardSettings } from './inner-settings.ts';
import { joinWeights, splitWeights, type NamedWeights } from '../saving/weights.ts';

/** A wrapper's own state between steps, without that of the inner optimizer. */
export interface WrapperState {
  /** The tensors by name; they belong to the wrapper. */
  readonly tensors: NamedTensors;
  /** A whole number that is saved with the tensors. */
  readonly count: number;
}

/**
 * An optimizer around another one: delegates to the inner optimizer, and saves and frees the state of both.
 *
 * A subclass clips or averages in `applyGradients`, and provides its own state.
 */
export abstract class WrappingOptimizer<Inner extends Optimizer = Optimizer> extends Optimizer {
  /** The optimizer that takes the steps. */
  readonly inner: Inner;
  /** @internal */
  readonly [WRAPPER] = true;
  // Plain tensors that `getWeights` returned, by call; `isOld` once the caller had time to read them.
  #lent: { readonly tensors: Tensor[]; isOld: boolean }[] = [];
  #disposed = false;

  /** `call` and `example` appear in the error for an inner optimizer that is none. */
  protected constructor(inner: Inner, call: string, example: string) {
    super();
    assertOptimizer(inner, call, example);
    assertSettings(call, inner);
    assertCanClip(ownMinimizeIn(inner, WrappingOptimizer.prototype.minimize));
    this.inner = inner;
    forwardSettings(this, inner);
  }

  /** The number of steps of the inner optimizer, skipped ones included. */
  override get iterations(): number {
    return this.inner.iterations;
  }

  /** The inner optimizer's learning rate; setting it works for every optimizer of tfjs. */
  get learningRate(): number {
    return (this.inner as unknown as LearningRate).learningRate;
  }

  set learningRate(rate: number) {
    this.setLearningRate(rate);
  }

  /** Sets the inner optimizer's learning rate. */
  setLearningRate(rate: number): void {
    const inner = this.inner as unknown as LearningRate;
    // SGD and Momentum use a cached tensor, which only their method replaces.
    if (typeof inner.setLearningRate === 'function') inner.setLearningRate(rate);
    else inner.learningRate = rate;
  }

  /** The loss and its gradients, as the inner optimizer computes them. */
  override computeGradients(f: () => Scalar, varList?: Variable[]): ReturnType<Optimizer['computeGradients']> {
    return this.inner.computeGradients(f, varList);
  }

  /**
   * Computes the gradients of the scalar that `f` returns for `varList`, or for every trainable variable, and applies them.
   *
   * Returns the scalar if `returnCost` is true, else null. If the inner optimizer has its own `minimize`, this calls it and
   * clips the gradients that it applies.
   */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[] | null): Scalar | null {
    // A variable that is listed twice has one gradient.
    const variables = varList == null ? undefined : [...new Set(varList)];
    const own = ownMinimizeIn(this.inner, WrappingOptimizer.prototype.minimize);
    if (own !== undefined) return minimizeThrough(own, this.#takeStepAround.bind(this, own), f, returnCost, variables);
    const { value, grads } = this.computeGradients(f, variables);
    // As in tfjs, but without its leak of tensors when a step throws.
    try {
      this.applyGradients(
        variables === undefined
          ? grads
          : (variables.map(({ name }) => ({ name, tensor: grads[name] })) as GradientList),
      );
    } catch (error) {
      value.dispose();
      throw error;
    } finally {
      dispose(grads);
    }
    if (returnCost) return value;
    value.dispose();
    return null;
  }

  /**
   * Disposes the state of this optimizer and of the inner one. May be called twice. Records that are still on a device are
   * dropped, without a call of `onStep`. To keep them, `await optimizer.records()` before.
   */
  override dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.freeState();
    for (const { tensors } of this.#lent) dispose(tensors);
    this.inner.dispose();
  }

  /**
   * Returns the weights of the inner optimizer, followed by the state of this one, for `model.save`.
   *
   * The tensors belong to the optimizer; they are valid until its next step or the next call.
   *
   * @throws ClippingError `not-serializable` when the inner optimizer cannot be saved, as Adamax cannot; `bad-state` once
   *   this optimizer is disposed.
   */
  override async getWeights(): Promise<NamedWeights> {
    this.assertNotDisposed();
    const { weights, created } = await joinWeights(this.inner, () => this.getState());
    for (const { tensors, isOld } of this.#lent) if (isOld) dispose(tensors);
    // Saves that run at the same time still read theirs.
    const lent = { tensors: created, isOld: false };
    this.#lent = [...this.#lent.filter(({ isOld }) => !isOld), lent];
    setTimeout(() => {
      lent.isOld = true;
    });
    return weights;
  }

  /**
   * Restores what {@link getWeights} returned; the tensors stay the caller's.
   *
   * @throws ClippingError `bad-state` when weights are missing or damaged, or once this optimizer is disposed.
   */
  override async setWeights(weights: NamedWeights): Promise<void> {
    this.assertNotDisposed();
    const { state: tensors, count } = await splitWeights(this.inner, weights, this.mayHoldNaN);
    this.restoreState({ tensors, count });
  }

  /** @internal */
  [REPLACE_VARIABLES](successors: ReadonlyMap<string, VariableIdentity>): void {
    this.replaceVariables(successors);
    (this.inner as Partial<ReplacesVariables>)[REPLACE_VARIABLES]?.(successors);
  }

  /** Keeps the state of each variable for its successor. */
  protected abstract replaceVariables(successors: ReadonlyMap<string, VariableIdentity>): void;
  /**
   * Counts a step that a wrapper outside skips.
   *
   * @internal
   */
  abstract countSkippedStep(gradients: Gradients): void;
  /** Clips or averages, and lets `target` apply the result: the inner optimizer, or one inside it. */
  protected abstract takeStep(gradients: Gradients, target: Optimizer): void;
  /** Whether NaN in a saved state may be genuine. */
  protected abstract readonly mayHoldNaN: boolean;
  /** The state to save. */
  protected abstract getState(): WrapperState;
  /** Restores a saved state; keeps copies of its tensors. */
  protected abstract restoreState(state: WrapperState): void;
  /** Frees the tensors of {@link getState} and everything else that is kept. */
  protected abstract freeState(): void;

  // Wrappers around an optimizer with a `minimize` of its own see the gradients from the outside in.
  #takeStepAround(own: Optimizer, gradients: Gradients, target: Optimizer): void {
    const inner: Optimizer = this.inner;
    const next = {
      applyGradients: (result: Gradients) => {
        (inner as WrappingOptimizer).#takeStepAround(own, result, target);
      },
    };
    this.takeStep(gradients, inner === own ? target : (next as Optimizer));
  }

  /** Throws a ClippingError `bad-state` if this wrapper was disposed. */
  protected assertNotDisposed(): void {
    if (!this.#disposed) return;
    throw new ClippingError('bad-state', `This ${this.getClassName()} was disposed; create a new one.`);
  }
}

// tfjs's base class declares neither; every optimizer has the first, some have the second.
interface LearningRate {
  learningRate: number;
  setLearningRate?(rate: number): void;
}

function assertOptimizer(value: unknown, call: string, example: string): void {
  const methods = ['minimize', 'computeGradients', 'applyGradients'] as const;
  const inner = value as Partial<Optimizer> | null | undefined;
  const isOptimizer = inner != null && methods.every((method) => typeof inner[method] === 'function');
  if (!isOptimizer) {
    const advice = typeof value === 'function' ? ' Call it first.' : '';
    throw new ClippingError(
      'not-an-optimizer',
      `\`${call}\` wraps a tfjs optimizer, such as ${example}; received ${formatValue(value)}.${advice}`,
    );
  }
  // `instanceof` asks for those same methods. One that descends from no tfjs at all is the caller's own, and may pass.
  const isOurs = Object.prototype.isPrototypeOf.call(Optimizer.prototype, inner as object);
  if (!isOurs && 'incrementIterations' in (inner as object))
    throw secondTfjsError(`\`${call}\` received an optimizer of`);
}
