import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/**
 * The arithmetic of clipping on one kind of backend.
 *
 * Every method takes float32 tensors that stay the caller's and answers with new tensors, or with the very
 * same ones where nothing changes, and with the very same array where none does. Sums are exact to float32: neither
 * 3e20 nor 1e-25 overflows or vanishes, and a norm too long for float32 is its largest number, infinite only where an
 * element is.
 * Call them inside `tidy`, but for `scale`, `clamp` and `zeroNonFinite`: these leave nothing else behind, and `tidy` takes
 * as long to look through many results as it takes to make them.
 */
export interface Kernels {
  /** `wasm`, `cpu` or `ops`. */
  readonly name: string;
  /** Whether reading a tensor costs no more than a copy, so that a step may decide on the host. */
  readonly readsAreFree: boolean;
  /** The Euclidean norms as plain numbers; only where reads are free. */
  readonly host?: HostNorms;
  /** ‖x‖ₚ of each tensor; shape [tensors]. `order` is p > 0 or Infinity. */
  norms(tensors: readonly Tensor[], order: number): Tensor1D;
  /** ‖x‖ₚ of all tensors taken as one vector; shape []; 0 when there are none. */
  globalNorm(tensors: readonly Tensor[], order: number): Scalar;
  /** ‖x‖ₚ of each group of tensors taken as one vector; `groupOf[i]` is the group of tensor i; shape [groups]. */
  groupNorms(tensors: readonly Tensor[], groupOf: readonly number[], groups: number, order: number): Tensor1D;
  /** ‖x‖ₚ along `axes` of one tensor, with these axes kept as length 1. */
  unitNorms(tensor: Tensor, axes: readonly number[], order: number): Tensor;
  /** 1 for each tensor whose elements are all finite, else 0; shape [tensors]. */
  finite(tensors: readonly Tensor[]): Tensor1D;
  /** The tensors with NaN and ±Infinity replaced by 0. */
  zeroNonFinite(tensors: readonly Tensor[]): readonly Tensor[];
  /** Each tensor times its factor; `factors` has shape [] for one common factor, or [tensors]. */
  scale(tensors: readonly Tensor[], factors: Scalar | Tensor1D): readonly Tensor[];
  /**
   * min(1, limit / norm), element by element; exactly 1 where norm ≤ limit and where either is NaN. `limits` is a
   * number or broadcasts against `norms`.
   */
  limitFactors(norms: Tensor, limits: Tensor | number): Tensor;
  /** Each element clamped to [low, high]; NaN stays NaN. */
  clamp(tensors: readonly Tensor[], low: number, high: number): readonly Tensor[];
  /**
   * The `percentile` (0–100, linear interpolation as in numpy) of the first `count` values; shape [].
   * `count` has shape [] and is at least 1.
   */
  percentile(values: Tensor1D, count: Scalar, percentile: number): Scalar;
}

/** Norms as plain numbers, rounded to float32 as tensors would be. */
export interface HostNorms {
  /** ‖x‖₂ of each tensor. */
  norms(tensors: readonly Tensor[]): Float32Array;
  /** ‖x‖₂ of all tensors taken as one vector. */
  globalNorm(tensors: readonly Tensor[]): number;
  /** 1 for each tensor whose elements are all finite, else 0. */
  finite(tensors: readonly Tensor[]): number[];
}
