import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { ClipSettings } from '../clip/clip-options.ts';
import type { FusableActivation } from '../activations.ts';

/** The inputs, weights and options of one call of a fused layer. */
export interface LayerCall {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
  readonly phi: FusableActivation;
  readonly sigma: FusableActivation;
  /** [batch, time, features] */
  readonly x: Tensor3D;
  /** [features, gates·units] */
  readonly kernel: Tensor2D;
  /** [units, gates·units] */
  readonly recurrentKernel: Tensor2D;
  /** [gates·units] */
  readonly bias: Tensor1D | null;
  /** [batch, units] each; null for zeros. */
  readonly initialStates: readonly Tensor2D[] | null;
  /** [batch, time] of 0 and 1. */
  readonly mask: Tensor2D | null;
  readonly goBackwards: boolean;
  /** Whether the call returns every output, or only the last. */
  readonly returnSequences: boolean;
  /** Whether the call returns the final carry of an LSTM after the outputs. */
  readonly returnCarry: boolean;
  readonly clipping: ClipSettings | null;
  /** Receives ‖∂L/∂hₜ‖ of each step t in the backward pass; null if nobody listens. */
  readonly onGradient: ((t: number, norm: number | Scalar) => void) | null;
}

/** A call whose inputs have been projected. */
export interface ProjectedCall extends LayerCall {
  /** x·W without bias, [batch·time, gates·units]; the call may write into it. */
  readonly projection: Tensor2D;
}

/** Counts the rows of the result: the outputs in the order of processing, then the carry. */
export function countOutputRows({ returnSequences, returnCarry, time }: LayerCall): number {
  return (returnSequences ? time : 1) + (returnCarry ? 1 : 0);
}

/** Returns the time index of the step that is processed as number `step`. */
export function timeIndexOf({ goBackwards, time }: LayerCall, step: number): number {
  return goBackwards ? time - 1 - step : step;
}

/** Lists the tensors that receive gradients, apart from the inputs and their kernel: recurrent kernel, bias, initial states. */
export function recurrentInputs({ recurrentKernel, bias, initialStates }: LayerCall): (Tensor1D | Tensor2D)[] {
  return [recurrentKernel, ...(bias ? [bias] : []), ...(initialStates ?? [])];
}
