import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';

/**
 * The arithmetic of clipping on one kind of backend.
 *
 * Every method takes float32 tensors, which the caller still owns, and returns new tensors. If a tensor does not change,
 * the same tensor is returned; if no tensor changes, the same array is returned.
 *
 * Sums are exact to float32: 3e20 does not overflow and 1e-25 does not vanish. A norm too large for float32 becomes the
 * largest float32. It is infinite only if an element is infinite.
 *
 * Call the methods that return norms or flags inside `tidy`. The others leave no other tensors behind, and `tidy` takes as
 * long to search many results as they take to compute them.
 */
export interface Kernels {
  /** `wasm`, `cpu` or `ops`. */
  readonly name: string;
  /** Whether reading a tensor costs no more than a copy, so that a step can make decisions on the host. */
  readonly readsAreFree: boolean;
  /** Computes Euclidean norms as plain numbers; present only if reads are free. */
  readonly host?: HostNorms;
  /** Computes ‖x‖ₚ of each tensor; shape [tensors]. `order` is p > 0 or Infinity. */
  norms(tensors: readonly Tensor[], order: number): Tensor1D;
  /** Computes ‖x‖ₚ of all tensors as one vector; shape []; 0 if there are no tensors. */
  globalNorm(tensors: readonly Tensor[], order: number): Scalar;
  /** Returns 1 for each tensor whose elements are all finite, else 0; shape [tensors]. */
  finite(tensors: readonly Tensor[]): Tensor1D;
  /** Replaces NaN and ±Infinity with 0. */
  zeroNonFinite(tensors: readonly Tensor[]): readonly Tensor[];
  /** Multiplies each tensor by its factor; `factors` has shape [] for one common factor, or [tensors]. */
  scale(tensors: readonly Tensor[], factors: Scalar | Tensor1D): readonly Tensor[];
  /**
   * Computes min(1, limit / norm), element by element. The result is exactly 1 if norm ≤ limit or if either is NaN.
   * `limits` is a number or broadcasts against `norms`.
   */
  limitFactors(norms: Tensor, limits: Tensor | number): Tensor;
}

/** Norms as plain numbers, rounded to float32 like the elements of a tensor. */
export interface HostNorms {
  /** The passes that the norms use. */
  readonly arithmetic: Arithmetic;
  /** Computes ‖x‖₂ of each tensor. */
  norms(tensors: readonly Tensor[]): Float32Array;
  /** Computes ‖x‖₂ of all tensors as one vector. */
  globalNorm(tensors: readonly Tensor[]): number;
  /** Returns 1 for each tensor whose elements are all finite, else 0. */
  finite(tensors: readonly Tensor[]): number[];
}
