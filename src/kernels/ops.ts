import {
  abs,
  cast,
  clipByValue,
  clone,
  div,
  equal,
  greater,
  isFinite as elementsFinite,
  isNaN as elementsNaN,
  max,
  maximum,
  min,
  minimum,
  mul,
  onesLike,
  pow,
  reshape,
  scalar,
  type Scalar,
  slice,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels.ts';
import { findingsOf, keptForStep, recalled, remember } from './memory.ts';
import { percentileByRank } from './rank.ts';
import { LARGEST } from './sums.ts';

/**
 * Kernels of tfjs ops alone, for webgl, webgpu, node and any other backend. Nothing is read back to the host.
 *
 * Norms are m·‖x/m‖ with m the largest magnitude, since squares overflow float32 from 1.8e19 on. Many tensors
 * are stacked and summed: `addN` gives wrong results on webgpu from eight tensors on.
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

  unitNorms: (x, axes, order) => normAlong(x, order, [...axes]),

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

// Below this a float32 is denormal, which some devices flush to zero.
const SMALLEST_NORMAL = 1.1754944e-38;

/** ‖x‖ₚ of one tensor; taken once a step, and as an expression of the old norm after a scaling. */
function normOf(x: Tensor, order: number): Scalar {
  const name = `norm ${order}`;
  const known = recalled(x, name) as (() => Scalar) | undefined;
  if (known !== undefined) return known();
  const norm = keptForStep(normAlong(x, order) as Scalar);
  remember(x, name, () => norm);
  return norm;
}

function jointNorm(tensors: readonly Tensor[], order: number): Scalar {
  return tensors.length === 0 ? scalar(0) : (normAlong(stacked(tensors.map((x) => normOf(x, order))), order) as Scalar);
}

/** Files under the scaled tensor how its norms follow from those of the original, to be computed when asked for. */
function carry(from: Tensor, to: Tensor, factor: () => Tensor): void {
  for (const [name, norm] of findingsOf(from) ?? []) {
    remember(to, name, () => {
      const carried = keptForStep(mul((norm as () => Scalar)(), abs(factor())));
      remember(to, name, () => carried);
      return carried;
    });
  }
}

/** ‖x‖ₚ along some axes kept as length 1, or of the whole tensor; NaN where one is among the elements, else ∞ where that is. */
function normAlong(x: Tensor, order: number, axes?: number[]): Tensor {
  const keep = axes !== undefined;
  if (x.size === 0) return zeros(keep ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : []);
  const magnitudes = abs(x);
  const largest = max(magnitudes, axes, keep);
  // `max` passes over NaN on some backends; a sum never does.
  const total = sum(magnitudes, axes, keep);
  if (order === Infinity) return where(elementsNaN(total), total, largest);
  const unit = maximum(largest, SMALLEST_NORMAL);
  const parts = div(magnitudes, unit);
  const norm =
    order === 2
      ? sqrt(sum(square(parts), axes, keep))
      : order === 1
        ? sum(parts, axes, keep)
        : pow(sum(pow(parts, order), axes, keep), 1 / order);
  // Finite gradients have a finite norm, even where float32 has none so large.
  return where(equal(largest, Infinity), total, minimum(mul(unit, norm), LARGEST));
}

function allFinite(x: Tensor): Scalar {
  return min(cast(elementsFinite(x), 'float32'));
}

function stacked(scalars: Scalar[]): Tensor1D {
  return scalars.length === 0 ? tensor1d([]) : (stack(scalars) as Tensor1D);
}
