import { tensor, type DataType, type Tensor } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../core/contract.ts';

/**
 * A tensor as plain numbers.
 *
 * @category Testing
 */
export interface Numbers {
  /** The size along each axis; [] for a scalar. */
  readonly shape: readonly number[];
  /** The elements, in row-major order. */
  readonly values: readonly number[];
  /** Defaults to `float32`. */
  readonly dtype?: DataType;
}

/**
 * Tensors as plain numbers, by variable name.
 *
 * @category Testing
 */
export type NamedNumbers = Readonly<Record<string, Numbers>>;

/** Creates tensors from numbers. The caller disposes them. */
export function toTensors(numbers: NamedNumbers): Record<string, Tensor> {
  return mapEntries(numbers, ({ values, shape, dtype = 'float32' }) =>
    // tfjs copies a plain array element by element, but uses a typed array directly.
    tensor(dtype === 'float32' ? Float32Array.from(values) : [...values], [...shape], dtype),
  );
}

/** Reads tensors as numbers. */
export function toNumbers(tensors: NamedTensors): NamedNumbers {
  return mapEntries(tensors, (each) => ({ shape: each.shape, values: Array.from(each.dataSync()), dtype: each.dtype }));
}

/** Applies a function to each entry of a record. */
export function mapEntries<From, To>(
  record: Readonly<Record<string, From>>,
  change: (entry: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, entry]) => [name, change(entry, name)]));
}

/** The elements of all entries in one array. */
export function elementsOf(numbers: NamedNumbers): number[] {
  return Object.values(numbers).flatMap(({ values }) => values);
}

/** The largest |xᵢ|, or 0 without elements. */
export function maxAbs(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** ‖x‖₂ in float64, where no float32 squared overflows. */
export function euclideanNorm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Whether the numbers are bit-for-bit identical; NaN equals NaN. */
export function isIdentical(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}
