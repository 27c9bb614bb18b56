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
  /** The elements, last axis fastest. */
  readonly values: readonly number[];
  /** `float32` where not said. */
  readonly dtype?: DataType;
}

/**
 * Tensors as plain numbers, by variable name.
 *
 * @category Testing
 */
export type NamedNumbers = Readonly<Record<string, Numbers>>;

/** The tensors of these numbers; the caller's to dispose. */
export function toTensors(numbers: NamedNumbers): Record<string, Tensor> {
  return mapEntries(numbers, ({ values, shape, dtype = 'float32' }) =>
    // tfjs walks through a plain list element by element, and takes a typed one as it is.
    tensor(dtype === 'float32' ? Float32Array.from(values) : [...values], [...shape], dtype),
  );
}

/** The numbers of these tensors. */
export function toNumbers(tensors: NamedTensors): NamedNumbers {
  return mapEntries(tensors, (one) => ({ shape: one.shape, values: Array.from(one.dataSync()), dtype: one.dtype }));
}

/** The record with each entry changed. */
export function mapEntries<From, To>(
  record: Readonly<Record<string, From>>,
  change: (entry: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, entry]) => [name, change(entry, name)]));
}

/** The elements of all entries, one after another. */
export function elementsOf(numbers: NamedNumbers): number[] {
  return Object.values(numbers).flatMap(({ values }) => values);
}

/** The largest |xᵢ|; 0 when there are none. */
export function maxAbs(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** ‖x‖₂ in float64, which no square of a float32 overflows. */
export function euclideanNorm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Whether these are the same numbers, bit for bit; NaN equals NaN. */
export function isIdentical(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, place) => Object.is(value, right[place]));
}
