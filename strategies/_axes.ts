import type { Tensor } from '@tensorflow/tfjs-core';

/** Those of the axes that a tensor has, each once and counted from the first; all its axes where it has none of them. */
export function presentAxes(axes: readonly number[], { rank }: Tensor): number[] {
  const counted = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const present = [...new Set(counted)].filter((axis) => axis >= 0 && axis < rank);
  return present.length > 0 ? present : allAxes(rank);
}

/** The axes of a tensor of this rank. */
export function allAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}
