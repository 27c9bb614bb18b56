import { reshape, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import * as perUnit from '../kernels/index.ts';
import { ClippingError } from './errors.ts';

/**
 * Multiplies a tensor by factors that broadcast over it, such as one per unit.
 *
 * Returns the same tensor if all factors are known to be 1.
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
 * Clamps each element to ±`multiple` · `rms` of that element:
 *
 *     sign(x) · min(|x|, multiple · rms) where rms > 0, else x
 *
 * Returns the same tensor if no element is known to exceed its limit. `multiple` is at least 0; shape [].
 *
 * @throws ClippingError `strategy-fault` if `rms` has another shape than the tensor.
 *
 * @category Named tensors
 */
export function clampToMultiples(tensor: Tensor, rms: Tensor, multiple: Scalar): Tensor {
  assertSameShape('clampToMultiples', rms, tensor.shape);
  return perUnit.clampToMultiples(tensor, rms, multiple);
}

/**
 * Updates the exponential root mean square of each element, √(decay · rms² + (1 − decay) · x²), without overflow.
 *
 * @throws ClippingError `strategy-fault` if `rms` has another shape than the tensor.
 *
 * @category Named tensors
 */
export function movingRms(rms: Tensor, tensor: Tensor, decay: number): Tensor {
  assertSameShape('movingRms', rms, tensor.shape);
  return perUnit.movingRms(rms, tensor, decay);
}

/** Throws unless a tensor broadcasts to a shape. */
export function assertBroadcasts(call: string, { shape, rank }: Tensor, to: readonly number[]): void {
  const missing = to.length - rank;
  if (missing >= 0 && shape.every((size, axis) => size === 1 || size === to[axis + missing])) return;
  throw shapeError(`\`${call}\` broadcasts to the shape of its first tensor`, shape, to);
}

function assertSameShape(call: string, { shape }: Tensor, expected: readonly number[]): void {
  if (shape.join() !== expected.join()) throw shapeError(`\`${call}\` takes two tensors of one shape`, shape, expected);
}

function shapeError(rule: string, received: readonly number[], expected: readonly number[]): ClippingError {
  return new ClippingError('strategy-fault', `${rule}, [${expected.join(', ')}]; received [${received.join(', ')}].`);
}
