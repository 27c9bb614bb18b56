import { add, div, maximum, mul, sqrt, square, type Tensor } from '@tensorflow/tfjs-core';
import { SMALLEST_NORMAL } from '../kernels/index.ts';

/**
 * Computes √(a² + b²) element by element, for a and b ≥ 0, without overflow.
 *
 * A float32 square overflows from 1.8e19 and vanishes below 1e-23, so both tensors are first divided by the larger.
 * For the same reason, store standard deviations in the state of a strategy rather than variances.
 *
 * @category Named tensors
 */
export function hypot<T extends Tensor>(a: T, b: T): T {
  const larger = maximum(maximum(a, b), SMALLEST_NORMAL);
  return mul(larger, sqrt(add(square(div(a, larger)), square(div(b, larger)))));
}
