import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Limits } from '../clip/limits.ts';
import type { Curve } from './curves.ts';

/** Everything that one pass through a fused layer needs to know. */
export interface Request {
  readonly batch: number;
  readonly time: number;
  readonly units: number;
  readonly phi: Curve;
  readonly sigma: Curve;
  /** x·W without bias, [batch·time, gates·units]; the pass may write into it. */
  readonly projection: Tensor2D;
  /** [units, gates·units] */
  readonly recurrentKernel: Tensor2D;
  /** [gates·units] */
  readonly bias: Tensor1D | null;
  /** [batch, units] each; null for zeros. */
  readonly initial: readonly Tensor2D[] | null;
  /** [batch, time] of 0 and 1. */
  readonly mask: Tensor2D | null;
  readonly goBackwards: boolean;
  /** Whether every output is wanted, or only the last. */
  readonly sequences: boolean;
  /** Whether the last carry of an LSTM is wanted behind the outputs. */
  readonly carry: boolean;
  readonly limits: Limits | null;
  /** Told ‖∂L/∂hₜ‖ as it reaches step t, where someone listens. */
  readonly onGradient: ((t: number, norm: number | Scalar) => void) | null;
}

/** Rows of the answer: the outputs in the order of processing, then the carry. */
export function rowsOf({ sequences, carry, time }: Request): number {
  return (sequences ? time : 1) + (carry ? 1 : 0);
}

/** The position in the sequence of the step processed as number `step`. */
export function positionOf({ goBackwards, time }: Request, step: number): number {
  return goBackwards ? time - 1 - step : step;
}

/** What the pass differentiates with respect to, in this order: projection, recurrent kernel, bias, states. */
export function differentiable({ projection, recurrentKernel, bias, initial }: Request): (Tensor1D | Tensor2D)[] {
  return [projection, recurrentKernel, ...(bias ? [bias] : []), ...(initial ?? [])];
}
