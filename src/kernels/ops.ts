import {
  abs,
  cast,
  clone,
  div,
  greater,
  isFinite as elementsFinite,
  min,
  mul,
  onesLike,
  reshape,
  scalar,
  type Scalar,
  slice,
  stack,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels.ts';
import { normOnDevice } from './norm-on-device.ts';
import { deviceNormsOf, keepForStep } from './step-cache.ts';

/**
 * Kernels of tfjs ops alone, for webgl, webgpu, node and any other backend. Nothing is read back to the host.
 * Many tensors are stacked and summed: `addN` gives wrong results on webgpu from eight tensors on.
 */
export const opsKernels: Kernels = {
  name: 'ops',
  readsAreFree: false,

  norms: (tensors, order) => stackScalars(tensors.map((x) => normOf(x, order))),
  globalNorm: (tensors, order) => jointNorm(tensors, order),

  finite: (tensors) => stackScalars(tensors.map((x) => (x.size === 0 ? scalar(1) : allFinite(x)))),
  zeroNonFinite: (tensors) => tidy(() => tensors.map((x) => where(elementsFinite(x), x, zerosLike(x)))),

  scale: (tensors, factors) =>
    tidy(() => {
      const kept = keepForStep(clone(factors));
      return tensors.map((x, index) => {
        const factor = () => (kept.rank === 0 ? kept : reshape(slice(kept, index, 1), []));
        const scaled = mul(x, factor());
        copyScaled(x, scaled, factor);
        return scaled;
      });
    }),

  limitFactors: (norms, limits) => tidy(() => where(greater(norms, limits), div(limits, norms), onesLike(norms))),
};

/** ‖x‖ₚ of one tensor; computed once per step. */
function normOf(x: Tensor, order: number): Scalar {
  const norms = deviceNormsOf(x);
  const cached = norms.get(order);
  if (cached !== undefined) return cached();
  const norm = keepForStep(normOnDevice(x, order) as Scalar);
  norms.set(order, () => norm);
  return norm;
}

function jointNorm(tensors: readonly Tensor[], order: number): Scalar {
  return tensors.length === 0
    ? scalar(0)
    : (normOnDevice(stackScalars(tensors.map((x) => normOf(x, order))), order) as Scalar);
}

/** Caches the norms of a scaled tensor as |factor| · ‖x‖ₚ, computed when they are first needed. */
function copyScaled(from: Tensor, to: Tensor, factor: () => Tensor): void {
  const norms = deviceNormsOf(to);
  for (const [order, norm] of deviceNormsOf(from)) {
    norms.set(order, () => {
      const scaled = keepForStep(mul(norm(), abs(factor())) as Scalar);
      norms.set(order, () => scaled);
      return scaled;
    });
  }
}

function allFinite(x: Tensor): Scalar {
  return min(cast(elementsFinite(x), 'float32'));
}

/** Stacks scalars; none give an empty vector. */
export function stackScalars(scalars: Scalar[]): Tensor1D {
  return scalars.length === 0 ? tensor1d([]) : (stack(scalars) as Tensor1D);
}
