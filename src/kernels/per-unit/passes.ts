import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor as [blocks, rows, columns]; a unit is one column of one block. */
export interface Layout {
  readonly blocks: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Passes over the float32 elements of one tensor with one sum, factor or limit for each unit or element.
 *
 * Only some strategies need them, so they are apart from the kernels that every program loads.
 */
export interface UnitPasses {
  /** Σx of each unit; shape [blocks, columns]. */
  readonly sums: (x: Tensor, layout: Layout) => Float64Array;
  /** Σx² of each unit; shape [blocks, columns]. */
  readonly squares: (x: Tensor, layout: Layout) => Float64Array;
  /** x · factor of its unit; `factors` has blocks · columns elements. */
  readonly scale: (x: Tensor, factors: ArrayLike<number>, layout: Layout) => Tensor;
  /** x − value of its unit; `values` has blocks · columns elements. */
  readonly subtract: (x: Tensor, values: ArrayLike<number>, layout: Layout) => Tensor;
  /**
   * √(decay · rms² + (1 − decay) · y²) of each element, where y is x clamped to ±multiple · rms, and whether any y is not x.
   * Where the rms is 0, y is x.
   */
  readonly trackRms: (x: Tensor, rms: Tensor, multiple: number, decay: number) => TrackedRms;
  /** sign(x) · min(|x|, multiple · rms) where the rms is above 0, else x. */
  readonly clampToMultiples: (x: Tensor, rms: Tensor, multiple: number) => Tensor;
}

/** The result of {@link UnitPasses.trackRms}. */
export interface TrackedRms {
  readonly rms: Tensor;
  readonly exceeds: boolean;
}
