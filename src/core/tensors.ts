/**
 * Operations on named tensors, for writing strategies.
 *
 * Each uses the kernels of the backend in use. None disposes or changes its input, and none reads from the device if
 * that would stall it. If nothing changes, the result contains the same tensors.
 *
 * @module
 */

import { reshape, tensor1d, tidy, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { clamp, groupNorms, kernels, percentileByRank, percentileBySelection, unitNorms } from '../kernels/index.ts';
import type { NamedTensors } from './contract.ts';
import { mapValues } from './entries.ts';
import { ClippingError } from './errors.ts';

/**
 * The order of a norm: p > 0, or `'inf'` for the largest magnitude.
 *
 * @category Named tensors
 */
export type NormOrder = number | 'inf';

/**
 * Selects a norm.
 *
 * @category Named tensors
 */
export interface NormOptions {
  /** The order p of ‖x‖ₚ; defaults to 2. */
  readonly ord?: NormOrder;
}

function orderOf(ord: NormOrder = 2): number {
  return ord === 'inf' ? Infinity : ord;
}

/**
 * Computes ‖x‖ₚ of all tensors as one vector; shape []. Without tensors it is 0.
 *
 * @category Named tensors
 */
export function globalNormOf(tensors: NamedTensors, { ord }: NormOptions = {}): Scalar {
  return tidy(() => kernels().globalNorm(Object.values(tensors), orderOf(ord)));
}

/**
 * Computes ‖x‖ₚ of each tensor, in the order of the record; shape [variables].
 *
 * @category Named tensors
 */
export function normsOf(tensors: NamedTensors, { ord }: NormOptions = {}): Tensor1D {
  return tidy(() => kernels().norms(Object.values(tensors), orderOf(ord)));
}

/**
 * Computes ‖x‖ₚ of each group of tensors as one vector; shape [groups].
 *
 * @category Named tensors
 */
export function groupNormsOf(
  tensors: NamedTensors,
  groupOf: (variable: string) => string,
  { ord }: NormOptions = {},
): GroupNorms {
  const indexOfGroup = new Map<string, number>();
  const indices = Object.keys(tensors).map((name) => {
    const group = groupOf(name);
    const index = indexOfGroup.get(group) ?? indexOfGroup.size;
    indexOfGroup.set(group, index);
    return index;
  });
  const groups = [...indexOfGroup.keys()];
  const norms = tidy(() => groupNorms(kernels(), Object.values(tensors), indices, groups.length, orderOf(ord)));
  return { groups, indices, norms };
}

/**
 * The result of {@link groupNormsOf}.
 *
 * @category Named tensors
 */
export interface GroupNorms {
  /** The groups, in order of first appearance. */
  readonly groups: readonly string[];
  /** The group of each tensor, as an index into {@link groups}. */
  readonly indices: readonly number[];
  /** The norm of each group; shape [groups]. */
  readonly norms: Tensor1D;
}

/**
 * Computes ‖x‖ₚ along some axes of one tensor and keeps them with length 1.
 *
 * Negative axes count from the end.
 *
 * @category Named tensors
 */
export function normAlong(tensor: Tensor, axes: readonly number[], { ord }: NormOptions = {}): Tensor {
  return unitNorms(tensor, axesFromFirst(tensor, axes), orderOf(ord));
}

/** The axes of a tensor, of which negative ones count from the end, counted from the first. */
export function axesFromFirst({ rank }: Tensor, axes: readonly number[]): number[] {
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/**
 * Tests each tensor for NaN and Infinity: 1 if all its elements are finite, else 0; shape [variables].
 *
 * @category Named tensors
 */
export function finiteOf(tensors: NamedTensors): Tensor1D {
  return tidy(() => kernels().finite(Object.values(tensors)));
}

/**
 * Computes min(1, limit / norm) element by element: the factor that clips each norm to its limit.
 *
 * The factor is exactly 1 at or below the limit, so a limit of Infinity never clips. A limit of 0 gives 0, and a norm of
 * 0 gives 1. A NaN norm gives 1, so that scaling does not hide the NaN.
 *
 * @category Named tensors
 */
export function limitFactors<T extends Tensor>(norms: T, limits: T | number): T {
  return kernels().limitFactors(norms, limits) as T;
}

/**
 * Multiplies all tensors by one factor.
 *
 * Returns the same tensors if the factor is known to be 1.
 *
 * @category Named tensors
 */
export function scaleAll(tensors: NamedTensors, factor: Tensor | number): NamedTensors {
  const scaled = (common: Tensor) => changeAll(tensors, (list) => kernels().scale(list, common as Scalar));
  if (typeof factor !== 'number' && factor.rank === 0) return scaled(factor);
  return tidy(() => scaled(reshape(factor, [])));
}

/**
 * Multiplies each tensor by its own factor. `factors` has shape [variables], in the order of the record.
 *
 * @throws ClippingError `strategy-fault` if the number of factors differs from the number of tensors.
 *
 * @category Named tensors
 */
export function scaleEach(tensors: NamedTensors, factors: Tensor1D | readonly number[]): NamedTensors {
  const given = Array.isArray(factors) ? factors.length : (factors as Tensor1D).size;
  const expected = Object.keys(tensors).length;
  if (given !== expected) {
    throw new ClippingError(
      'strategy-fault',
      `\`scaleEach(tensors, factors)\` takes one factor per tensor; received ${given} for ${expected} tensors. ` +
        'For one factor, use `scaleAll`.',
    );
  }
  const scaled = (each: Tensor1D) => changeAll(tensors, (list) => kernels().scale(list, each));
  if (!Array.isArray(factors)) return scaled(factors as Tensor1D);
  return tidy(() => scaled(tensor1d(factors as number[])));
}

/**
 * Clamps every element to [low, high]. NaN stays NaN.
 *
 * Returns the same tensors if nothing is out of bounds.
 *
 * @category Named tensors
 */
export function clampAll(tensors: NamedTensors, low: number, high: number): NamedTensors {
  return changeAll(tensors, (list) => clamp(kernels(), list, low, high));
}

/**
 * Applies a function to each tensor and returns the results under the same names.
 *
 * @category Named tensors
 */
export function mapTensors(tensors: NamedTensors, change: (tensor: Tensor, name: string) => Tensor): NamedTensors {
  return tidy(() => mapValues(tensors, change));
}

/**
 * Computes a percentile (0–100) of the first `count` values, interpolated linearly; shape [].
 *
 * @category Named tensors
 */
export function percentileOf(values: Tensor1D, count: Scalar, percentile: number): Scalar {
  const compute = kernels().readsAreFree ? percentileBySelection : percentileByRank;
  return tidy(() => compute(values, count, percentile));
}

/** Replaces NaN and ±Infinity with 0. Returns the same tensors if all are finite. */
export function zeroNonFiniteIn(tensors: NamedTensors): NamedTensors {
  return changeAll(tensors, (list) => kernels().zeroNonFinite(list));
}

function changeAll(tensors: NamedTensors, change: (list: readonly Tensor[]) => readonly Tensor[]): NamedTensors {
  const list = Object.values(tensors);
  const after = change(list);
  // Usually nothing changes.
  if (after === list) return tensors;
  // A copy of a record keeps its layout in memory. A new record of 200 names takes eight times as long.
  const changed: Record<string, Tensor> = { ...tensors };
  for (const [index, name] of Object.keys(tensors).entries()) changed[name] = after[index]!;
  return changed;
}
