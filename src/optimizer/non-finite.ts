import { min, sub, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';
import { isHostSideBackend, kernels } from '../kernels/index.ts';
import { type GiveUp, nonFiniteStep } from './give-up.ts';
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
  readonly giveUp: GiveUp;
}

/**
 * Decides from flags that the host knows: `finite` is 1 for each variable whose gradient is finite, else 0.
 *
 * @throws ClippingError `non-finite` when the policy is `throw`, or at `maxConsecutiveNonFinite` steps.
 */
export function decideOnHost(
  { policy = defaultPolicy(), giveUp }: PolicyInUse,
  gradients: NamedTensors,
  finite: ArrayLike<number>,
  step: number,
): Decision<boolean> {
  const names = Object.keys(gradients);
  const nonFinite = names.filter((_, index) => finite[index] === 0);
  // A step without gradients neither counts nor resets the count.
  if (names.length > 0 && (policy === 'skip' || policy === 'zero')) giveUp.count(nonFinite, step);
  if (nonFinite.length === 0) return { gradients };
  if (policy === 'throw') throw nonFiniteStep(nonFinite, step);
  if (policy === 'skip') return { gradients, skip: true, isFinite: false };
  return { gradients: policy === 'zero' ? zeroNonFinite(gradients) : gradients, isFinite: false };
}

/**
 * Decides from flags on the device. Only `throw` reads them; otherwise both outcomes are computed, and the device selects.
 *
 * @throws ClippingError `non-finite` when the policy is `throw`, or after `maxConsecutiveNonFinite` steps.
 */
export function decideOnDevice(
  { policy = defaultPolicy(), giveUp }: PolicyInUse,
  gradients: NamedTensors,
  finite: Tensor1D,
  step: number,
): Decision<Scalar> {
  const names = Object.keys(gradients);
  if (names.length === 0) return { gradients };
  if (policy === 'throw') {
    decideOnHost({ policy, giveUp }, gradients, finite.dataSync(), step);
    return { gradients };
  }
  if (policy !== 'propagate') giveUp.countOnDevice(names, finite, step);
  const isFinite: Scalar = min(finite);
  if (policy === 'skip') return { gradients, skip: sub(1, isFinite), isFinite };
  return { gradients: policy === 'zero' ? zeroNonFinite(gradients) : gradients, isFinite };
}

function defaultPolicy(): NonFinitePolicy {
  return isHostSideBackend() ? 'skip' : 'zero';
}

function zeroNonFinite(gradients: NamedTensors): NamedTensors {
  const tensors = kernels().zeroNonFinite(Object.values(gradients));
  return Object.fromEntries(Object.keys(gradients).map((name, index) => [name, tensors[index] as Tensor]));
}
