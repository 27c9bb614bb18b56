import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * The operations that {@link hostKernels} needs from a backend that the host can read.
 *
 * Each one is a pass over the float32 elements of one tensor. Sums are float64; results are new tensors.
 */
export interface Arithmetic {
  /** Where the passes run: `wasm` or `cpu`. */
  readonly name: string;
  /** Σx². No float32 can overflow it, so it is finite exactly if every element is. */
  readonly sumOfSquares: (x: Tensor) => number;
  /** Σ|x|. */
  readonly sumOfMagnitudes: (x: Tensor) => number;
  /** max |x|; 0 for an empty tensor, NaN if any element is NaN. */
  readonly largestMagnitude: (x: Tensor) => number;
  /** Whether no element is outside [low, high]; NaN never counts as outside. */
  readonly isWithin: (x: Tensor, low: number, high: number) => boolean;
  /** x · factor. */
  readonly scale: (x: Tensor, factor: number) => Tensor;
  /** x clamped to [low, high]; NaN stays NaN. */
  readonly clamp: (x: Tensor, low: number, high: number) => Tensor;
  /** x with NaN and ±Infinity replaced by 0. */
  readonly zeroNonFinite: (x: Tensor) => Tensor;
}
