import type { Tensor } from '@tensorflow/tfjs-core';
import type { FusableActivation } from '../../activations.ts';

/** The two activations, forward by tfjs itself. */
export interface CellActivations {
  readonly phi: FusableActivation;
  readonly sigma: FusableActivation;
  applyPhi(z: Tensor): Tensor;
  applySigma(z: Tensor): Tensor;
}

/** What a step leaves. */
export interface OpsStep {
  /** [batch, units] each. */
  readonly states: Tensor[];
  /** The tensors that the backward pass needs, in the order that the cell chooses. */
  readonly kept: Tensor[];
}

/** Bounds a gradient where the layer clips there; else the gradient itself. */
export interface OpsClips {
  state(gradient: Tensor): Tensor;
  gate(gradient: Tensor): Tensor;
}

/** The equations of a cell, in tfjs operations. The caller applies masks. */
export interface OpsCell {
  readonly gates: number;
  readonly states: number;
  /** The columns of U that make one product each, in units. */
  readonly blocks: readonly { readonly from: number; readonly to: number }[];
  /** From z = x·W + b of this step, [batch, gates·units], the states before it, and the blocks of U. */
  forward(functions: CellActivations, z: Tensor, previous: Tensor[], blocks: Tensor[]): OpsStep;
  /**
   * ∂L/∂z, ∂L/∂ of the states before the step, and the left operand of each product, from what the step left, the
   * gradients of its states, and the blocks of U transposed.
   */
  backward(
    functions: CellActivations,
    step: { previous: Tensor[]; kept: Tensor[]; gradients: Tensor[]; blocks: Tensor[] },
    clip: OpsClips,
  ): { dz: Tensor; gradients: Tensor[]; operands: Tensor[] };
}
