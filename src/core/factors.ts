import { mul, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { hasSlowBroadcasting, kernels } from '../kernels/index.ts';
import { elementwise } from './elements.ts';

/**
 * min(1, limit / norm), element by element: what shortens each norm to its limit and leaves the others.
 *
 * The factor is exactly 1 at or below the limit, so a limit of Infinity never clips; a limit of 0 gives 0, and
 * a norm of 0 gives 1. A NaN norm gives 1: it is not for a factor to hide it.
 *
 * @category Named tensors
 */
export function limitFactors<T extends Tensor>(norms: T, limits: T | number): T {
  return tidy(() => kernels().limitFactors(norms, limits) as T);
}

/**
 * One tensor times factors that broadcast over it, such as one for each unit; the very same tensor where all
 * factors are known to be 1.
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
