import type { Tensor } from '@tensorflow/tfjs-core';
import type { FusableActivation } from '../../activations.ts';

/** The two activations of a cell; tfjs computes their values. */
export interface CellActivations {
  readonly phi: FusableActivation;
  readonly sigma: FusableActivation;
  applyPhi(z: Tensor): Tensor;
  applySigma(z: Tensor): Tensor;
}

/** The result of one forward step. */
export interface OpsStep {
  /** [batch, units] each. */
  readonly states: Tensor[];
  /** The tensors that the backward pass needs, in an order that only the cell knows. */
  readonly kept: Tensor[];
}

/** Clip a gradient if the layer clips at this position; otherwise return it unchanged. */
export interface OpsClips {
  state(gradient: Tensor): Tensor;
  gate(gradient: Tensor): Tensor;
}

/** The equations of a cell as tfjs operations. The caller applies masks. */
export interface OpsCell {
  readonly gates: number;
  readonly states: number;
  /** The blocks of U, each the operand of one matrix product, as ranges of columns in multiples of `units`. */
  readonly blocks: readonly { readonly from: number; readonly to: number }[];
  /**
   * Computes one step.
   *
   * @param z x·W + b of this step, [batch, gates·units].
   * @param previous The states before the step.
   * @param blocks The blocks of U.
   */
  forward(activations: CellActivations, z: Tensor, previous: Tensor[], blocks: Tensor[]): OpsStep;
  /**
   * Computes the gradients of one step.
   *
   * Takes the states before the step, the tensors it kept, the gradients of its new states, and the transposed blocks
   * of U.
   *
   * @returns ∂L/∂z, the gradients of the states before the step, and the left operand of each product with a block.
   */
  backward(
    activations: CellActivations,
    step: { previous: Tensor[]; kept: Tensor[]; gradients: Tensor[]; blocks: Tensor[] },
    clip: OpsClips,
  ): { dz: Tensor; gradients: Tensor[]; operands: Tensor[] };
}
