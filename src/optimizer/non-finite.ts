import { maximum, min, scalar, sub, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { selectState } from '../combinators/child-states.ts';
import type { Clipped, ClippingStrategy, NamedTensors, StepContext } from '../core/contract.ts';
import { isHostSideBackend, kernels } from '../kernels/index.ts';
import { type GiveUp, nonFiniteStep } from './give-up.ts';
import type { NonFinitePolicy } from './options.ts';

/**
 * The strategy with the non-finite policy around it: what it is given is finite, or the policy says otherwise, and
 * no step with NaN or ±Infinity enters its memory.
 */
export function withNonFinitePolicy(
  strategy: ClippingStrategy,
  wanted: NonFinitePolicy | undefined,
  giveUp: GiveUp,
): ClippingStrategy {
  return {
    ...strategy,
    clip(gradients, state, context) {
      const policy = wanted ?? defaultPolicy();
      if (Object.keys(gradients).length === 0) return strategy.clip(gradients, state, context);
      return kernels().readsAreFree || policy === 'throw'
        ? decideOnHost(gradients, state, context, policy)
        : decideOnDevice(gradients, state, context, policy);
    },
  };

  function decideOnHost(
    gradients: NamedTensors,
    state: NamedTensors,
    context: StepContext,
    policy: NonFinitePolicy,
  ): Clipped {
    const finite = kernels().finite(Object.values(gradients)).dataSync();
    const nonFinite = Object.keys(gradients).filter((_, index) => finite[index] === 0);
    if (policy === 'skip' || policy === 'zero') giveUp.count(nonFinite, context.step);
    if (nonFinite.length === 0) return strategy.clip(gradients, state, context);
    if (policy === 'throw') throw nonFiniteStep(nonFinite, context.step);
    if (policy === 'skip') return { gradients, state, skip: scalar(1) };
    const given = policy === 'zero' ? finiteOnly(gradients) : gradients;
    return { ...strategy.clip(given, state, context), state };
  }

  // Without reading: both outcomes are computed, and the device chooses.
  function decideOnDevice(
    gradients: NamedTensors,
    state: NamedTensors,
    context: StepContext,
    policy: NonFinitePolicy,
  ): Clipped {
    const finite = kernels().finite(Object.values(gradients));
    const allFinite: Scalar = min(finite);
    if (policy !== 'propagate') giveUp.countOnDevice(Object.keys(gradients), finite, context.step);
    const clipped = strategy.clip(policy === 'zero' ? finiteOnly(gradients) : gradients, state, context);
    const skip = policy === 'skip' ? maximum(clipped.skip ?? 0, sub(1, allFinite)) : clipped.skip;
    return {
      gradients: clipped.gradients,
      state: selectState(allFinite, clipped.state, state),
      ...(skip === undefined ? {} : { skip: skip as Scalar }),
    };
  }
}

function defaultPolicy(): NonFinitePolicy {
  return isHostSideBackend() ? 'skip' : 'zero';
}

function finiteOnly(gradients: NamedTensors): NamedTensors {
  const tensors = kernels().zeroNonFinite(Object.values(gradients));
  return Object.fromEntries(Object.keys(gradients).map((name, index) => [name, tensors[index] as Tensor]));
}
