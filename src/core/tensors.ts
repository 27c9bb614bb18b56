/**
 * Operations over named tensors, in which strategies are written.
 *
 * Each chooses the kernel of the backend in use. They neither dispose nor change what they are given, read
 * nothing back to the host where that would stall, and hand on the very same tensors where nothing changes.
 *
 * @module
 */

import { reshape, tensor1d, tidy, type Scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { kernels } from '../kernels/index.ts';
import type { NamedTensors } from './contract.ts';
import { ClippingError } from './errors.ts';

/**
 * The order of a norm: p > 0, or `'inf'` for the largest magnitude.
 *
 * @category Named tensors
 */
export type NormOrder = number | 'inf';

/**
 * Which norm.
 *
 * @category Named tensors
 */
export interface NormOptions {
  /** The order p of ‖x‖ₚ; defaults to 2. */
  readonly ord?: NormOrder;
}

function numberOf(ord: NormOrder = 2): number {
  return ord === 'inf' ? Infinity : ord;
}

/**
 * ‖x‖ₚ of all tensors taken as one vector; shape []; 0 when there are none.
 *
 * @category Named tensors
 */
export function globalNormOf(tensors: NamedTensors, { ord }: NormOptions = {}): Scalar {
  return tidy(() => kernels().globalNorm(Object.values(tensors), numberOf(ord)));
}

/**
 * ‖x‖ₚ of each tensor, in the order of the record; shape [variables].
 *
 * @category Named tensors
 */
export function normsOf(tensors: NamedTensors, { ord }: NormOptions = {}): Tensor1D {
  return tidy(() => kernels().norms(Object.values(tensors), numberOf(ord)));
}

/**
 * ‖x‖ₚ of each group of tensors taken as one vector, groups in order of first appearance; shape [groups].
 *
 * @category Named tensors
 */
export function groupNormsOf(
  tensors: NamedTensors,
  groupOf: (variable: string) => string,
  { ord }: NormOptions = {},
): GroupNorms {
  const places = new Map<string, number>();
  const indices = Object.keys(tensors).map((name) => {
    const group = groupOf(name);
    const place = places.get(group) ?? places.size;
    places.set(group, place);
    return place;
  });
  const groups = [...places.keys()];
  const norms = tidy(() => kernels().groupNorms(Object.values(tensors), indices, groups.length, numberOf(ord)));
  return { groups, indices, norms };
}

/**
 * What {@link groupNormsOf} answers.
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
 * ‖x‖ₚ along some axes of one tensor, these kept as length 1; negative axes count from the end.
 *
 * @category Named tensors
 */
export function normAlong(tensor: Tensor, axes: readonly number[], { ord }: NormOptions = {}): Tensor {
  const counted = axes.map((axis) => (axis < 0 ? axis + tensor.rank : axis));
  return tidy(() => kernels().unitNorms(tensor, counted, numberOf(ord)));
}

/**
 * 1 for each tensor whose elements are all finite, else 0, in the order of the record; shape [variables].
 *
 * @category Named tensors
 */
export function finiteOf(tensors: NamedTensors): Tensor1D {
  return tidy(() => kernels().finite(Object.values(tensors)));
}

/**
 * Every tensor times one factor; the very same tensors where the factor is known to be 1.
 *
 * @category Named tensors
 */
export function scaleAll(tensors: NamedTensors, factor: Tensor | number): NamedTensors {
  const scaled = (common: Tensor) => changed(tensors, (list) => kernels().scale(list, common as Scalar));
  if (typeof factor !== 'number' && factor.rank === 0) return scaled(factor);
  return tidy(() => scaled(reshape(factor, [])));
}

/**
 * Each tensor times its own factor, given as shape [variables] in the order of the record.
 *
 * @throws ClippingError `strategy-fault` when there are more factors than tensors, or fewer.
 *
 * @category Named tensors
 */
export function scaleEach(tensors: NamedTensors, factors: Tensor1D | readonly number[]): NamedTensors {
  const given = Array.isArray(factors) ? factors.length : (factors as Tensor1D).size;
  const expected = Object.keys(tensors).length;
  if (given !== expected) {
    throw new ClippingError(
      'strategy-fault',
      `\`scaleEach(tensors, factors)\` takes a factor for each tensor; received ${given} for ${expected}. ` +
        'For one factor for all of them there is `scaleAll`.',
    );
  }
  const scaled = (each: Tensor1D) => changed(tensors, (list) => kernels().scale(list, each));
  if (!Array.isArray(factors)) return scaled(factors as Tensor1D);
  return tidy(() => scaled(tensor1d(factors as number[])));
}

/**
 * Every element clamped to [low, high]; NaN stays NaN; the very same tensors where nothing is out of bounds.
 *
 * @category Named tensors
 */
export function clampAll(tensors: NamedTensors, low: number, high: number): NamedTensors {
  return changed(tensors, (list) => kernels().clamp(list, low, high));
}

/**
 * The record with each tensor changed by a function of tensor and name.
 *
 * @category Named tensors
 */
export function mapTensors(tensors: NamedTensors, change: (tensor: Tensor, name: string) => Tensor): NamedTensors {
  return tidy(() => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)])));
}

/**
 * The percentile (0–100, linear interpolation) of the first `count` values; shape [].
 *
 * @category Named tensors
 */
export function percentileOf(values: Tensor1D, count: Scalar, percentile: number): Scalar {
  return tidy(() => kernels().percentile(values, count, percentile));
}

function changed(tensors: NamedTensors, change: (list: readonly Tensor[]) => readonly Tensor[]): NamedTensors {
  const list = Object.values(tensors);
  const after = change(list);
  // Nothing changed is the usual case, and a record of many names takes longer to make than to clip.
  if (after === list) return tensors;
  return Object.fromEntries(Object.keys(tensors).map((name, index) => [name, after[index] as Tensor]));
}
