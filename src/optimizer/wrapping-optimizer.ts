import { dispose, keep, Optimizer, tensor1d, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { secondTfjsError } from '../core/second-tfjs.ts';
import type { GradientList, Gradients } from './gradients.ts';
import { hasOwnMinimize, minimizeThrough } from './inner-optimizer.ts';
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
  #savedCount: Tensor | undefined;
  #disposed = false;

  /** `call` and `example` appear in the error for an inner optimizer that is none. */
  protected constructor(inner: Inner, call: string, example: string) {
    super();
    assertOptimizer(inner, call, example);
    this.inner = inner;
  }

  /** The number of steps that the inner optimizer has taken. */
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
   * Returns the scalar if `returnCost` is true, else null. A `minimize` of the inner optimizer's own is called, with
   * clipping in between.
   */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[] | null): Scalar | null {
    if (hasOwnMinimize(this.inner, WrappingOptimizer.prototype.minimize)) {
      const takeStep = this.takeStep.bind(this);
      return minimizeThrough(this.inner, takeStep, f, returnCost, varList ?? undefined);
    }
    const { value, grads } = this.computeGradients(f, varList ?? undefined);
    // As in tfjs, but without its leak of tensors when a step throws.
    try {
      this.applyGradients(
        varList == null ? grads : (varList.map(({ name }) => ({ name, tensor: grads[name] })) as GradientList),
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

  /** Disposes the state of this optimizer and of the inner one. May be called twice. */
  override dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.freeState();
    this.#savedCount?.dispose();
    this.inner.dispose();
  }

  /**
   * Returns the weights of the inner optimizer, followed by the state of this one, for `model.save`.
   *
   * The tensors belong to the optimizer.
   *
   * @throws ClippingError `not-serializable` when the inner optimizer cannot be saved, as Adamax cannot.
   */
  override getWeights(): Promise<NamedWeights> {
    const { tensors: own, count } = this.getState();
    return joinWeights(this.inner, own, (tensors) => {
      this.#savedCount?.dispose();
      return (this.#savedCount = keep(tensor1d([count, tensors], 'int32')));
    });
  }

  /** Restores what {@link getWeights} returned; the tensors stay the caller's. */
  override async setWeights(weights: NamedWeights): Promise<void> {
    const { state: tensors, count } = await splitWeights(this.inner, weights, this.mayHoldNaN);
    this.restoreState({ tensors, count });
  }

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

function assertOptimizer(given: unknown, call: string, example: string): void {
  const methods = ['minimize', 'computeGradients', 'applyGradients'] as const;
  const inner = given as Partial<Optimizer> | null | undefined;
  const isOptimizer = inner != null && methods.every((method) => typeof inner[method] === 'function');
  if (!isOptimizer) {
    const advice = typeof given === 'function' ? ' Call it first.' : '';
    throw new ClippingError(
      'not-an-optimizer',
      `\`${call}\` wraps a tfjs optimizer, such as ${example}; received ${formatValue(given)}.${advice}`,
    );
  }
  // `instanceof` asks for those same methods. One that descends from no tfjs at all is the caller's own, and may pass.
  const isOurs = Object.prototype.isPrototypeOf.call(Optimizer.prototype, inner as object);
  if (!isOurs && 'incrementIterations' in (inner as object))
    throw secondTfjsError(`\`${call}\` received an optimizer of`);
}
