import { reshape, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import * as perUnit from '../kernels/index.ts';
import type { ClampedToRms } from '../kernels/index.ts';
import { ClippingError } from './errors.ts';
import { axesFromFirst } from './tensors.ts';

/**
 * Multiplies a tensor by factors that broadcast over it, such as one per unit.
 *
 * Returns the tensor itself if all factors are known to be 1.
 *
 * @throws ClippingError `strategy-fault` if the factors do not broadcast to the shape of the tensor.
 *
 * @category Named tensors
 */
export function multiplyBroadcast(tensor: Tensor, factors: Tensor): Tensor {
  assertBroadcasts('multiplyBroadcast', factors, tensor.shape);
  if (factors.rank === tensor.rank) return perUnit.scaleUnits(tensor, factors);
  const missing = new Array<number>(tensor.rank - factors.rank).fill(1);
  return tidy(() => perUnit.scaleUnits(tensor, reshape(factors, [...missing, ...factors.shape])));
}

/**
 * Subtracts the mean of each unit's incoming weights: the mean over all axes but the last.
 *
 * On backends with cheap reads the sums are float64, because tfjs may add float32 numbers one by one there.
 *
 * @category Named tensors
 */
export function subtractUnitMeans(tensor: Tensor): Tensor {
  return perUnit.subtractUnitMeans(tensor);
}

/**
 * Clips the norm of each unit to a share of the norm of its weights:
 *
 *     xᵤ · min(1, ratio · max(‖wᵤ‖₂, floor) / ‖xᵤ‖₂) for every unit u
 *
 * A unit is a vector along `axes`; negative axes count from the end. `weights` has the shape of the tensor. Returns the
 * tensor itself if no unit is known to exceed its limit.
 *
 * @throws ClippingError `strategy-fault` if the shapes of `weights` and the tensor differ.
 *
 * @category Named tensors
 */
export function clipUnits(
  tensor: Tensor,
  weights: Tensor,
  axes: readonly number[],
  { ratio, floor }: { readonly ratio: number; readonly floor: number },
): Tensor {
  assertSameShape('clipUnits', weights, tensor);
  return perUnit.clipUnits(tensor, weights, axesFromFirst(tensor, axes), ratio, floor);
}

/**
 * Clamps each element to ±`multiple` · `rms` of that element, and updates the exponential root mean square:
 *
 *     y = sign(x) · min(|x|, multiple · rms) where rms > 0, else x;   rms ← √(decay · rms² + (1 − decay) · y²)
 *
 * Returns y as `clamped` and the next rms. `clamped` is the tensor itself if no element is known to exceed its limit.
 * `multiple` is at least 0; shape []. Squares that leave float32 are computed without overflow.
 *
 * @throws ClippingError `strategy-fault` if the shapes of `rms` and the tensor differ.
 *
 * @category Named tensors
 */
export function clampToRms(tensor: Tensor, rms: Tensor, multiple: Scalar, decay: number): ClampedToRms {
  assertSameShape('clampToRms', rms, tensor);
  return perUnit.clampToRms(tensor, rms, multiple, decay);
}

export type { ClampedToRms } from '../kernels/index.ts';

/** Throws unless a tensor broadcasts to a shape. */
export function assertBroadcasts(call: string, { shape, rank }: Tensor, to: readonly number[]): void {
  const missing = to.length - rank;
  if (missing >= 0 && shape.every((size, axis) => size === 1 || size === to[axis + missing])) return;
  throw shapeError(`\`${call}\` broadcasts to the shape of its first tensor`, shape, to);
}

function assertSameShape(call: string, { shape }: Tensor, { shape: expected }: Tensor): void {
  if (shape.join() !== expected.join()) throw shapeError(`\`${call}\` takes tensors of equal shape`, shape, expected);
}

function shapeError(rule: string, received: readonly number[], expected: readonly number[]): ClippingError {
  return new ClippingError('strategy-fault', `${rule}, [${expected.join(', ')}]; received [${received.join(', ')}].`);
}
