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
 * The percentile of the first `count` values without sorting them and without reading them back.
 *
 * Comparing each value with each gives its rank; the two values at the wanted ranks are then picked out. For a
 * window of w values that is w² comparisons, which a device does at once. tfjs's own `topk` reads back to the
 * host on webgl below 100 000 elements.
 */
export function percentileByRank(values: Tensor1D, count: Scalar, percentile: number): Scalar {
  const places = range(0, values.size);
  const valid = less(places, count);
  const column = expandDims(values, 1);
  const row = expandDims(values, 0);
  // Equal values rank in the order of their places.
  const tiedBefore = logicalAnd(equal(row, column), less(expandDims(places, 0), expandDims(places, 1)));
  const before = logicalAnd(logicalOr(less(row, column), tiedBefore), expandDims(valid, 0));
  const ranks = sum(cast(before, 'float32'), 1);
  const at = (rank: Tensor): Tensor => sum(where(logicalAnd(valid, equal(ranks, rank)), values, zerosLike(values)));

  const position = mul(sub(count, 1), percentile / 100);
  const below = floor(position);
  const fraction = sub(position, below);
  const low = at(below);
  // At the last rank there is none above, and the fraction is 0.
  const high = where(less(add(below, 1), count), at(add(below, 1)), low);
  const step = sub(high, low);
  return where(less(fraction, 0.5), add(low, mul(step, fraction)), sub(high, mul(step, sub(1, fraction)))) as Scalar;
}
