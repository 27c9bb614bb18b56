import type { FusableActivation } from '../../activations.ts';
import type { Block, Products } from './products.ts';

/** The sizes and functions of one pass through a layer. */
export interface CellContext {
  readonly batch: number;
  readonly time: number;
  readonly units: number;
  /** [gates·units]; zeros if the layer has no bias. */
  readonly bias: Float32Array;
  readonly phi: FusableActivation;
  readonly sigma: FusableActivation;
}

/** One time step of the forward pass. */
export interface ForwardStep {
  /** The position in the sequence. */
  readonly t: number;
  /** The slots that the step before left: the states first, each [batch, units]. */
  readonly previous: readonly Float32Array[];
  /** The slots to fill. */
  readonly next: readonly Float32Array[];
  /** [batch, time, gates·units]: x·W, which the cell replaces by the gates' outputs. A product invalidates the view. */
  gates(): Float32Array;
  readonly products: Products;
}

/** One time step of the backward pass. */
export interface BackwardStep {
  readonly t: number;
  readonly previous: readonly Float32Array[];
  readonly next: readonly Float32Array[];
  /** [batch, time, gates·units]: the gates' outputs. A product invalidates the view. */
  gates(): Float32Array;
  /** With the blocks transposed. */
  readonly products: Products;
  /** ∂L/∂ of the states of this step, [batch, units] each, which the cell replaces by those of the step before. */
  readonly gradients: readonly Float32Array[];
  /** ∂L/∂ of the pre-activations, [batch, gates·units], which the cell fills in. */
  readonly dz: Float32Array;
  /** Clips ∂L/∂ of one state in place, if the layer clips states. */
  clipState(gradient: Float32Array): void;
  /** Clips ∂L/∂z of one gate in place, if the layer clips gates. */
  clipGate(gate: number): void;
}

/** The equations of a cell, as loops over arrays. The caller applies masks. */
export interface HostCell {
  readonly gates: number;
  readonly states: number;
  /** The number of states and other [batch, units] arrays that the backward pass needs. */
  readonly slots: number;
  /** The blocks of columns of the recurrent kernel. Each block takes one product per step. */
  blocks(units: number): Block[];
  forward(pass: CellContext, step: ForwardStep): void;
  backward(pass: CellContext, step: BackwardStep): void;
}
