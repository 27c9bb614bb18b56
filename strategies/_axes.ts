import type { Tensor } from '@tensorflow/tfjs-core';

/** Returns the given axes that a tensor has, each once and not negative; all its axes if it has none of them. */
export function presentAxes(axes: readonly number[], { rank }: Tensor): number[] {
  const fromFirst = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const present = [...new Set(fromFirst)].filter((axis) => axis >= 0 && axis < rank);
  return present.length > 0 ? present : allAxes(rank);
}

/** Returns all axes of a tensor of the given rank. */
export function allAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}
