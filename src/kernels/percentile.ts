import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { tensorOfValues, valuesOf } from './values.ts';

/** Computes the percentile of ascending values, interpolated as numpy does; NaN if there are no values. */
export function percentileOfSorted(ascending: ArrayLike<number>, percentile: number): number {
  const { below, fraction } = positionOf(percentile, ascending.length);
  return interpolate(ascending[below] ?? NaN, ascending[below + 1], fraction);
}

/** Computes the percentile of the first `count` values on the host; shape []. The values may be in any order. */
export function percentileBySelection(values: Tensor1D, count: Scalar, percentile: number): Scalar {
  const selected = Float32Array.from(valuesOf(values).subarray(0, valuesOf(count)[0]));
  const { below, fraction } = positionOf(percentile, selected.length);
  // A selection reads the values about three times; sorting a thousand takes ten times as long.
  moveToRank(selected, below);
  const low = selected[below] ?? NaN;
  const above = selected.subarray(below + 1);
  return tensorOfValues([interpolate(low, above.length > 0 ? smallestOf(above) : undefined, fraction)], []) as Scalar;
}

function positionOf(percentile: number, count: number) {
  const position = ((count - 1) * percentile) / 100;
  const below = Math.max(0, Math.floor(position));
  return { below, fraction: position - below };
}

function interpolate(low: number, high = low, fraction: number): number {
  // Between two infinite values, the difference would be NaN.
  return low === high ? low : low + (high - low) * fraction;
}

/** Reorders values so that the one of a rank stands at that index, with smaller ones before it and larger ones after it. */
function moveToRank(values: Float32Array, rank: number): void {
  let [first, last] = [0, values.length - 1];
  while (first < last) {
    const pivot = values[(first + last) >> 1]!;
    let [low, high] = [first, last];
    while (low <= high) {
      while (values[low]! < pivot) low += 1;
      while (values[high]! > pivot) high -= 1;
      if (low > high) break;
      const exchanged = values[low]!;
      values[low] = values[high]!;
      values[high] = exchanged;
      low += 1;
      high -= 1;
    }
    if (rank <= high) last = high;
    else if (rank >= low) first = low;
    else return;
  }
}

function smallestOf(values: Float32Array): number {
  let smallest = Infinity;
  for (const value of values) if (value < smallest) smallest = value;
  return smallest;
}
