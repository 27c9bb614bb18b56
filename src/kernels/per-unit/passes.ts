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
  readonly scale: (x: Tensor, factors: Tensor, layout: Layout) => Tensor;
  /** x − value of its unit; `values` has blocks · columns elements. */
  readonly subtract: (x: Tensor, values: Tensor, layout: Layout) => Tensor;
  /** Whether |x| > multiple · rms for any element whose rms is above 0. */
  readonly exceedsMultiples: (x: Tensor, rms: Tensor, multiple: number) => boolean;
  /** sign(x) · min(|x|, multiple · rms) where the rms is above 0, else x. */
  readonly clampToMultiples: (x: Tensor, rms: Tensor, multiple: number) => Tensor;
  /** √(decay · rms² + (1 − decay) · x²) of each element. */
  readonly movingRms: (rms: Tensor, x: Tensor, decay: number) => Tensor;
}
