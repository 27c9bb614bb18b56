import {
  abs,
  add,
  cast,
  clipByValue,
  div,
  equal,
  expandDims,
  floor,
  gather,
  greater,
  isFinite as elementsFinite,
  less,
  logicalAnd,
  max,
  maximum,
  min,
  mul,
  pow,
  range,
  scalar,
  sqrt,
  square,
  stack,
  sub,
  sum,
  tensor1d,
  where,
  zerosLike,
  logicalOr,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels.ts';

// Below this a float32 is denormal, which some devices flush to zero.
const SMALLEST_NORMAL = 1.1754944e-38;

/**
 * Kernels of tfjs ops alone, for webgl, webgpu, node and any other backend. Nothing is read back to the host.
 *
 * Norms are m·‖x/m‖ with m the largest magnitude, since squares overflow float32 from 1.8e19 on. Many tensors
 * are stacked and summed: `addN` gives wrong results on webgpu from eight tensors on.
 */
export const opsKernels: Kernels = {
  name: 'ops',
  readsAreFree: false,

  norms: (tensors, order) =>
    tensors.length === 0 ? tensor1d([]) : (stack(tensors.map((tensor) => normOf(tensor, order))) as Tensor1D),

  globalNorm: (tensors, order) =>
    tensors.length === 0 ? scalar(0) : normOf(stack(tensors.map((tensor) => normOf(tensor, order))), order),

  groupNorms(tensors, groupOf, groups, order) {
    const norms = Array.from({ length: groups }, (_, group) => {
      const members = tensors.filter((_tensor, index) => groupOf[index] === group);
      return opsKernels.globalNorm(members, order);
    });
    return norms.length === 0 ? tensor1d([]) : (stack(norms) as Tensor1D);
  },

  unitNorms: (tensor, axes, order) => normOf(tensor, order, [...axes]),

  finite: (tensors) =>
    tensors.length === 0
      ? tensor1d([])
      : (stack(tensors.map((tensor) => (tensor.size === 0 ? scalar(1) : allFinite(tensor)))) as Tensor1D),

  zeroNonFinite: (tensors) => tensors.map((tensor) => where(elementsFinite(tensor), tensor, zerosLike(tensor))),

  scale: (tensors, factors) =>
    tensors.map((tensor, index) => mul(tensor, factors.rank === 0 ? factors : gather(factors, index))),

  // `clipByValue` answers the bound for NaN on some backends.
  clamp: (tensors, low, high) =>
    tensors.map((tensor) => where(equal(tensor, tensor), clipByValue(tensor, low, high), tensor)),

  percentile(values, count, percentile) {
    const places = range(0, values.size);
    const valid = less(places, count);
    const column = expandDims(values, 1);
    const row = expandDims(values, 0);
    const placeColumn = expandDims(places, 1);
    const placeRow = expandDims(places, 0);
    // The rank of a value is how many valid ones come before it in ascending order, ties broken by place.
    const before = logicalOr(less(row, column), logicalAnd(equal(row, column), less(placeRow, placeColumn)));
    const ranks = sum(cast(logicalAnd(before, expandDims(valid, 0)), 'float32'), 1);
    const position = mul(sub(count, 1), percentile / 100);
    const below = floor(position);
    const at = (rank: Tensor): Tensor => sum(where(logicalAnd(valid, equal(ranks, rank)), values, zerosLike(values)));
    const low = at(below);
    const fraction = sub(position, below);
    const high = where(greater(fraction, 0), at(add(below, 1)), low);
    return add(low, mul(sub(high, low), fraction));
  },
};

function allFinite(tensor: Tensor): Scalar {
  return min(cast(elementsFinite(tensor), 'float32'));
}

function normOf(tensor: Tensor, order: number, axes?: number[]): Scalar {
  if (tensor.size === 0) return scalar(0);
  const keep = axes !== undefined;
  const magnitudes = abs(tensor);
  const largest = max(magnitudes, axes, keep);
  if (order === Infinity) return largest as Scalar;
  const unit = maximum(largest, SMALLEST_NORMAL);
  const parts = div(magnitudes, unit);
  const norm =
    order === 2
      ? sqrt(sum(square(parts), axes, keep))
      : order === 1
        ? sum(parts, axes, keep)
        : pow(sum(pow(parts, order), axes, keep), 1 / order);
  return mul(unit, norm);
}
