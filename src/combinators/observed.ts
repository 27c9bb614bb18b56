import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { finiteOf, globalNormOf, normsOf } from '../core/tensors.ts';
import { assertStrategy } from '../core/assert-strategy.ts';

/**
 * What one step did, on the device; the tensors live until the step ends, so keep what you need.
 *
 * @category Combinators
 */
export interface Observation {
  /** The step, counted from 0. */
  readonly step: number;
  /** The variables that had a gradient. */
  readonly variables: readonly string[];
  /** ‖g‖₂ of each variable before clipping; shape [variables]. */
  readonly norms: Tensor1D;
  /** ‖g‖₂ of all gradients before clipping; shape []. */
  readonly normBefore: Scalar;
  /** ‖g‖₂ of all gradients after clipping; shape []. */
  readonly normAfter: Scalar;
  /** 1 for each variable whose gradient was finite, else 0; shape [variables]. */
  readonly finite: Tensor1D;
  /** 1 where the strategy drops the step; absent where it never does. */
  readonly skip?: Scalar;
}

/**
 * The same strategy, with a listener that is told the norms before and after each step.
 *
 * This is the only place that measures, so no strategy has to.
 *
 * @throws ClippingError `bad-spec` when `strategy` is none.
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
      const variables = Object.keys(gradients);
      listener({
        step: context.step,
        variables,
        norms: normsOf(gradients),
        normBefore: globalNormOf(gradients),
        normAfter: globalNormOf(clipped.gradients),
        finite: finiteOf(gradients),
        ...(clipped.skip === undefined ? {} : { skip: clipped.skip }),
      });
      return clipped;
    },
  });
}
