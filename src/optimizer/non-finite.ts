import {
  add,
  cast,
  concat,
  keep,
  max,
  min,
  mul,
  reshape,
  slice,
  sub,
  tidy,
  where,
  zeros,
  zerosLike,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { ClippingError, listNames } from '../core/errors.ts';
import { zeroNonFiniteIn } from '../core/tensors.ts';
import type { NonFinitePolicy } from './options.ts';

/** What the non-finite policy decides before a step is clipped. */
export interface Decision<Flag> {
  /** The gradients to clip. */
  readonly gradients: NamedTensors;
  /** Whether to skip the step; absent means no. */
  readonly skip?: Flag;
  /** Whether all gradients were finite, so that the strategy's new state is kept; absent means yes. */
  readonly isFinite?: Flag;
}

/** The policy in use and the count of non-finite steps. */
interface PolicyInUse {
  readonly policy: NonFinitePolicy | undefined;
  readonly nonFiniteSteps: NonFiniteCounter;
}

/**
 * Decides from flags that the host knows: `finite` is 1 for each variable whose gradient is finite, else 0.
 *
 * The step that reaches `maxConsecutiveNonFinite` is skipped; {@link NonFiniteCounter.throwFailure} throws after it.
 *
 * @throws ClippingError `non-finite` when the policy is `throw`.
 */
export function decideOnHost(
  { policy = 'skip', nonFiniteSteps }: PolicyInUse,
  gradients: NamedTensors,
  finite: ArrayLike<number>,
  step: number,
): Decision<boolean> {
  const names = Object.keys(gradients);
  const nonFinite = names.filter((_, index) => finite[index] === 0);
  // A step without gradients neither counts nor resets the count.
  const counts = names.length > 0 && (policy === 'skip' || policy === 'zero');
  const givesUp = counts && nonFiniteSteps.count(nonFinite, step);
  if (nonFinite.length === 0) return { gradients };
  if (policy === 'throw') throw nonFiniteError(nonFinite, step);
  if (policy === 'skip' || givesUp) return { gradients, skip: true, isFinite: false };
  return { gradients: policy === 'zero' ? zeroNonFiniteIn(gradients) : gradients, isFinite: false };
}

/**
 * Decides from flags on the device. Only `throw` reads them; otherwise both outcomes are computed, and the device selects.
 *
 * A step with `outerSkip` 1 is skipped by a wrapper outside, so it neither counts nor throws.
 *
 * @throws ClippingError `non-finite` when the policy is `throw`, or after `maxConsecutiveNonFinite` steps.
 */
export function decideOnDevice(
  { policy = 'skip', nonFiniteSteps }: PolicyInUse,
  gradients: NamedTensors,
  finite: Tensor1D,
  step: number,
  outerSkip?: Scalar,
): Decision<Scalar> {
  const names = Object.keys(gradients);
  if (names.length === 0) return { gradients };
  if (policy === 'throw') {
    if (outerSkip?.dataSync()[0] === 1) return { gradients };
    decideOnHost({ policy, nonFiniteSteps }, gradients, finite.dataSync(), step);
    return { gradients };
  }
  if (policy !== 'propagate') nonFiniteSteps.countOnDevice(names, finite, step, outerSkip);
  const isFinite: Scalar = min(finite);
  if (policy === 'skip') return { gradients, skip: sub(1, isFinite), isFinite };
  return { gradients: policy === 'zero' ? zeroNonFiniteIn(gradients) : gradients, isFinite };
}

/** What the device has counted up to a step. */
interface DeviceCount {
  /** The non-finite steps in a row, then 1 for each non-finite variable of this step; shape [1 + variables]. */
  readonly counts: Tensor1D;
  readonly variables: readonly string[];
  readonly step: number;
}

/**
 * Counts consecutive steps with non-finite gradients, and throws at a limit.
 *
 * On a device the count stays there; the host reads it every `limit` steps, outside the step.
 */
export class NonFiniteCounter {
  readonly #limit: number;
  #consecutive = 0;
  #latest: DeviceCount | undefined;
  #stepsSinceRead = 0;
  #isReading = false;
  #failure: ClippingError | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a step whose flags the host knows, and returns whether it reaches the limit. */
  count(nonFinite: readonly string[], step: number): boolean {
    this.#consecutive = nonFinite.length === 0 ? 0 : this.#consecutive + 1;
    if (this.#consecutive < this.#limit) return false;
    this.#failure = limitReached(this.#consecutive, step, nonFinite);
    return true;
  }

  /**
   * Throws once after a step that has reached the limit.
   *
   * @throws ClippingError `non-finite`.
   */
  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /**
   * Counts a step whose flags are on the device: `finite` is 1 for each variable whose gradient is finite, else 0.
   *
   * @throws ClippingError `non-finite` when an earlier step reached the limit.
   */
  countOnDevice(variables: readonly string[], finite: Tensor1D, step: number, outerSkip?: Scalar): void {
    this.throwFailure();
    if (!Number.isFinite(this.#limit) || variables.length === 0) return;
    const before = this.#latest?.counts;
    const counts = tidy(() => {
      const nonFinite = sub(1, finite);
      const any = reshape(max(nonFinite), [1]);
      const consecutive = before === undefined ? any : mul(add(slice(before, 0, 1), 1), any);
      const after = concat([consecutive, nonFinite]) as Tensor1D;
      if (outerSkip === undefined) return keep(after);
      const old = before ?? zeros([1]);
      const sameSize = old.size === after.size ? old : concat([slice(old, 0, 1), zerosLike(nonFinite)]);
      return keep(where(cast(outerSkip, 'bool'), sameSize, after) as Tensor1D);
    });
    before?.dispose();
    this.#latest = { counts, variables, step };
    this.#stepsSinceRead += 1;
    if (this.#stepsSinceRead >= this.#limit && !this.#isReading) void this.#read();
  }

  /** Frees the count on the device. */
  dispose(): void {
    this.#latest?.counts.dispose();
    this.#latest = undefined;
  }

  async #read(): Promise<void> {
    this.#stepsSinceRead = 0;
    this.#isReading = true;
    let copy: Tensor | undefined;
    try {
      // Outside the step. By then there may be later steps, whose count is the better one.
      await Promise.resolve();
      if (this.#latest === undefined) return;
      const { counts, variables, step } = this.#latest;
      // A copy, because the next step or `dispose` frees the count while it is read.
      copy = keep(counts.clone());
      const [consecutive = 0, ...nonFinite] = await copy.data();
      const names = variables.filter((_, index) => nonFinite[index] === 1);
      if (consecutive >= this.#limit) this.#failure = limitReached(consecutive, step, names);
    } catch {
      // The backend is gone; a step on it fails with an error of its own.
    } finally {
      copy?.dispose();
      this.#isReading = false;
    }
  }
}

function nonFiniteError(nonFinite: readonly string[], step: number): ClippingError {
  return new ClippingError(
    'non-finite',
    `Step ${step}: the gradients of ${listNames(nonFinite)} have NaN or Infinity. No variable changed. ` +
      'Check the loss and the data of this step, or change `onNonFinite`.',
  );
}

function limitReached(consecutive: number, step: number, nonFinite: readonly string[]): ClippingError {
  return new ClippingError(
    'non-finite',
    `The gradients had NaN or Infinity for ${consecutive} ${consecutive === 1 ? 'step' : 'steps in a row'}, ` +
      `last at step ${step} in ${listNames(nonFinite)}. ` +
      'Lower the learning rate, or check the data; `maxConsecutiveNonFinite` sets the limit.',
  );
}
