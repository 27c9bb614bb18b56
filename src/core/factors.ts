import { mul, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { hasSlowBroadcasting, kernels } from '../kernels/index.ts';
import { elementwise } from './elements.ts';

/**
 * Computes min(1, limit / norm) element by element: the factor that clips each norm to its limit.
 *
 * The factor is exactly 1 at or below the limit, so a limit of Infinity never clips. A limit of 0 gives 0, and a norm of
 * 0 gives 1. A NaN norm gives 1, so that scaling does not hide the NaN.
 *
 * @category Named tensors
 */
export function limitFactors<T extends Tensor>(norms: T, limits: T | number): T {
  return tidy(() => kernels().limitFactors(norms, limits) as T);
}

/**
 * Multiplies a tensor by factors that broadcast over it, such as one per unit.
 *
 * Returns the same tensor if all factors are known to be 1.
 *
 * @category Named tensors
 */
export function multiplyBroadcast(tensor: Tensor, factors: Tensor): Tensor {
  return tidy(() => {
    if (kernels().readsAreFree && factors.dataSync().every((factor) => factor === 1)) return tensor;
    const product = (): Tensor => mul(tensor, factors);
    if (!hasSlowBroadcasting()) return product();
    return elementwise([tensor, factors], (element, factor) => element * factor, product);
  });
}
