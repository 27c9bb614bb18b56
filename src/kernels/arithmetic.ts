import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * What a backend that the host can read must bring for {@link hostKernels}: passes over the float32 elements of
 * one tensor. Sums are float64; results are new tensors.
 */
export interface Arithmetic {
  /** What it runs on: `wasm` or `cpu`. */
  readonly name: string;
  /** Σx²; no float32 can overflow it, so it is finite just when every element is. */
  readonly sumOfSquares: (x: Tensor) => number;
  /** Σ|x|. */
  readonly sumOfMagnitudes: (x: Tensor) => number;
  /** max |x|; 0 for none, NaN where there is one. */
  readonly largestMagnitude: (x: Tensor) => number;
  /** Whether no element lies outside [low, high]; NaN lies nowhere. */
  readonly within: (x: Tensor, low: number, high: number) => boolean;
  /** x · factor. */
  readonly scale: (x: Tensor, factor: number) => Tensor;
  /** x clamped to [low, high]; NaN stays. */
  readonly clamp: (x: Tensor, low: number, high: number) => Tensor;
  /** x with 0 for NaN and ±Infinity. */
  readonly zeroNonFinite: (x: Tensor) => Tensor;
  /** Σx² along the middle of [blocks, rows, columns]; shape [blocks, columns]. */
  readonly squaresOfColumns: (x: Tensor, blocks: number, rows: number, columns: number) => Float64Array;
}
