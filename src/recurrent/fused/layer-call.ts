import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ClipSettings } from '../clip/clip-options.ts';
import type { FusableActivation } from '../activations.ts';

/** Everything that one pass through a fused layer needs to know. */
export interface LayerCall {
  readonly batch: number;
  readonly time: number;
  readonly units: number;
  readonly phi: FusableActivation;
  readonly sigma: FusableActivation;
  /** x·W without bias, [batch·time, gates·units]; the pass may write into it. */
  readonly projection: Tensor2D;
  /** [units, gates·units] */
  readonly recurrentKernel: Tensor2D;
  /** [gates·units] */
  readonly bias: Tensor1D | null;
  /** [batch, units] each; null for zeros. */
  readonly initialStates: readonly Tensor2D[] | null;
  /** [batch, time] of 0 and 1. */
  readonly mask: Tensor2D | null;
  readonly goBackwards: boolean;
  /** Whether every output is wanted, or only the last. */
  readonly returnSequences: boolean;
  /** Whether the last carry of an LSTM is wanted behind the outputs. */
  readonly returnCarry: boolean;
  readonly clipping: ClipSettings | null;
  /** Told ‖∂L/∂hₜ‖ as it reaches step t, where someone listens. */
  readonly onGradient: ((t: number, norm: number | Scalar) => void) | null;
}

/** Rows of the answer: the outputs in the order of processing, then the carry. */
export function countOutputRows({ returnSequences, returnCarry, time }: LayerCall): number {
  return (returnSequences ? time : 1) + (returnCarry ? 1 : 0);
}

/** The position in the sequence of the step processed as number `step`. */
export function timeIndexOf({ goBackwards, time }: LayerCall, step: number): number {
  return goBackwards ? time - 1 - step : step;
}

/** What the pass differentiates with respect to, in this order: projection, recurrent kernel, bias, states. */
export function differentiableInputs({
  projection,
  recurrentKernel,
  bias,
  initialStates,
}: LayerCall): (Tensor1D | Tensor2D)[] {
  return [projection, recurrentKernel, ...(bias ? [bias] : []), ...(initialStates ?? [])];
}
