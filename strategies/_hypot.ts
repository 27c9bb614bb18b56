import { div, maximum, mul, sqrt, square, add, type Tensor } from '@tensorflow/tfjs-core';

// Below this a float32 is denormal, which some devices flush to zero.
const SMALLEST_NORMAL = 1.1754944e-38;

/**
 * √(a² + b²), element by element, of numbers that are not negative.
 *
 * Squares overflow float32 from 1.8e19 on and vanish below 1e-23, so both are first divided by the larger. It is why
 * strategies remember deviations and roots, and never variances and squares.
 */
export function hypot<T extends Tensor>(a: T, b: T): T {
  const larger = maximum(maximum(a, b), SMALLEST_NORMAL);
  return mul(larger, sqrt(add(square(div(a, larger)), square(div(b, larger)))));
}
