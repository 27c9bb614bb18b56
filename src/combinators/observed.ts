import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { globalNormOf } from '../core/tensors.ts';
import { measure } from '../records/measure.ts';
import { assertStrategy } from '../core/assert-strategy.ts';

/**
 * Describes one step, as tensors that live until the step ends; keep or clone those that you need longer.
 *
 * @category Combinators
 */
export interface Observation {
  /** The step, counted from 0. */
  readonly step: number;
  /** The variables that have a gradient. */
  readonly variables: readonly string[];
  /** ‖g‖₂ of each variable before clipping; shape [variables]. */
  readonly norms: Tensor1D;
  /** ‖g‖₂ of all gradients before clipping; shape []. */
  readonly normBefore: Scalar;
  /** ‖g‖₂ of all gradients after clipping; shape []. */
  readonly normAfter: Scalar;
  /** 1 for each variable whose gradient is finite, else 0; shape [variables]. */
  readonly finite: Tensor1D;
  /** 1 if the strategy skips the step, else 0; shape []; absent if the strategy never skips. */
  readonly skip?: Scalar;
}

/**
 * Calls a listener with the norms before and after each step of a strategy.
 *
 * The result clips like `strategy`, and has its id and options.
 *
 * @throws ClippingError `bad-spec` when `strategy` is not a strategy.
 *
 * @category Combinators
 */
export function observed<State extends NamedTensors>(
  strategy: ClippingStrategy<State>,
  listener: (observation: Observation) => void,
): ClippingStrategy<State> {
  assertStrategy('observed(strategy, listener)', strategy);
  return Object.freeze<ClippingStrategy<State>>({
    id: strategy.id,
    options: strategy.options,
    init: (parameters) => strategy.init(parameters),
    clip(gradients, state, context) {
      const clipped = strategy.clip(gradients, state, context);
      listener({
        ...measure(gradients),
        step: context.step,
        variables: Object.keys(gradients),
        normAfter: globalNormOf(clipped.gradients),
        ...(clipped.skip === undefined ? {} : { skip: clipped.skip }),
      });
      return clipped;
    },
  });
}
