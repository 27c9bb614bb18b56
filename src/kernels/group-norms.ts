import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels.ts';
import { stackScalars } from './ops.ts';
import { tensorOfValues, valuesOf } from './values.ts';

/**
 * Computes ‖x‖ₚ of each group of tensors as one vector; shape [groups]. `groupOf[i]` is the group of tensor i.
 *
 * Call it inside `tidy`.
 */
export function groupNorms(
  kernels: Kernels,
  tensors: readonly Tensor[],
  groupOf: readonly number[],
  groups: number,
  order: number,
): Tensor1D {
  const members = Array.from({ length: groups }, (): Tensor[] => []);
  tensors.forEach((x, index) => members[groupOf[index] ?? 0]?.push(x));
  const norms = members.map((group) => kernels.globalNorm(group, order));
  if (!kernels.readsAreFree) return stackScalars(norms);
  return tensorOfValues(Float64Array.from(norms.flatMap((norm) => [...valuesOf(norm)])), [groups]) as Tensor1D;
}
