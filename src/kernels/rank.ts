import {
  add,
  cast,
  equal,
  expandDims,
  floor,
  less,
  logicalAnd,
  logicalOr,
  mul,
  range,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

/**
 * Computes the percentile of the first `count` values without sorting them or reading them back.
 *
 * Comparing every pair of values gives each value's rank. The two values at the ranks around the percentile are then
 * selected. A window of w values needs w² comparisons, which a device makes in parallel. On webgl, `topk` of tfjs reads
 * back to the host below 100 000 elements.
 */
export function percentileByRank(values: Tensor1D, count: Scalar, percentile: number): Scalar {
  const indices = range(0, values.size);
  const valid = less(indices, count);
  const column = expandDims(values, 1);
  const row = expandDims(values, 0);
  // Equal values are ranked by index.
  const tiedBefore = logicalAnd(equal(row, column), less(expandDims(indices, 0), expandDims(indices, 1)));
  const before = logicalAnd(logicalOr(less(row, column), tiedBefore), expandDims(valid, 0));
  const ranks = sum(cast(before, 'float32'), 1);
  const valueAt = (rank: Tensor): Tensor =>
    sum(where(logicalAnd(valid, equal(ranks, rank)), values, zerosLike(values)));

  const position = mul(sub(count, 1), percentile / 100);
  const below = floor(position);
  const fraction = sub(position, below);
  const low = valueAt(below);
  // The last rank has no value above it; the fraction is 0 there.
  const high = where(less(add(below, 1), count), valueAt(add(below, 1)), low);
  const step = sub(high, low);
  return where(less(fraction, 0.5), add(low, mul(step, fraction)), sub(high, mul(step, sub(1, fraction)))) as Scalar;
}
