import {
  abs,
  cast,
  clipByValue,
  clone,
  div,
  greater,
  isFinite as elementsFinite,
  isNaN as elementsNaN,
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
import { entries, keptForStep, get, set } from './step-cache.ts';
import { percentileByRank } from './rank.ts';

/**
 * Kernels of tfjs ops alone, for webgl, webgpu, node and any other backend. Nothing is read back to the host.
 * Many tensors are stacked and summed: `addN` gives wrong results on webgpu from eight tensors on.
 */
export const opsKernels: Kernels = {
  name: 'ops',
  readsAreFree: false,

  norms: (tensors, order) => stacked(tensors.map((x) => normOf(x, order))),
  globalNorm: (tensors, order) => jointNorm(tensors, order),

  groupNorms: (tensors, groupOf, groups, order) =>
    stacked(
      Array.from({ length: groups }, (_, group) =>
        jointNorm(
          tensors.filter((_x, index) => groupOf[index] === group),
          order,
        ),
      ),
    ),

  unitNorms: (x, axes, order) => normOnDevice(x, order, [...axes]),

  finite: (tensors) => stacked(tensors.map((x) => (x.size === 0 ? scalar(1) : allFinite(x)))),
  zeroNonFinite: (tensors) => tidy(() => tensors.map((x) => where(elementsFinite(x), x, zerosLike(x)))),

  scale: (tensors, factors) =>
    tidy(() => {
      const lasting = keptForStep(clone(factors));
      return tensors.map((x, index) => {
        const factor = () => (lasting.rank === 0 ? lasting : reshape(slice(lasting, index, 1), []));
        const scaled = mul(x, factor());
        carry(x, scaled, factor);
        return scaled;
      });
    }),

  limitFactors: (norms, limits) => where(greater(norms, limits), div(limits, norms), onesLike(norms)),

  // `clipByValue` answers a bound for NaN on wasm, and on webgl leaves the three neighbours of one as they are.
  clamp: (tensors, low, high) =>
    tidy(() =>
      tensors.map((x) => {
        const undefinedHere = elementsNaN(x);
        return where(undefinedHere, x, clipByValue(where(undefinedHere, zerosLike(x), x), low, high));
      }),
    ),

  percentile: percentileByRank,
};

/** ‖x‖ₚ of one tensor; taken once a step, and as an expression of the old norm after a scaling. */
function normOf(x: Tensor, order: number): Scalar {
  const name = `norm ${order}`;
  const known = get(x, name) as (() => Scalar) | undefined;
  if (known !== undefined) return known();
  const norm = keptForStep(normOnDevice(x, order) as Scalar);
  set(x, name, () => norm);
  return norm;
}

function jointNorm(tensors: readonly Tensor[], order: number): Scalar {
  return tensors.length === 0
    ? scalar(0)
    : (normOnDevice(stacked(tensors.map((x) => normOf(x, order))), order) as Scalar);
}

/** Files under the scaled tensor how its norms follow from those of the original, to be computed when asked for. */
function carry(from: Tensor, to: Tensor, factor: () => Tensor): void {
  for (const [name, norm] of entries(from) ?? []) {
    set(to, name, () => {
      const carried = keptForStep(mul((norm as () => Scalar)(), abs(factor())));
      set(to, name, () => carried);
      return carried;
    });
  }
}

function allFinite(x: Tensor): Scalar {
  return min(cast(elementsFinite(x), 'float32'));
}

function stacked(scalars: Scalar[]): Tensor1D {
  return scalars.length === 0 ? tensor1d([]) : (stack(scalars) as Tensor1D);
}
