import type { Scalar } from '@tensorflow/tfjs-core';
import { abs, add, hypot, mul, sqrt, sub } from 'gradclip/define';

/** Mean and standard deviation of a series; each shape []. */
export type Moments = { readonly mean: Scalar; readonly deviation: Scalar };

/**
 * Adds a value with the share f of the total weight:
 *
 *     μ′ = μ + f·(x − μ),   σ′² = (1 − f)·(σ² + f·(x − μ)²)
 *
 * A share of 1/n at the nth value gives the mean and the population deviation of n values; West (1979).
 */
export function addWithShare<State extends Moments>({ mean, deviation }: State, value: Scalar, share: Scalar): Moments {
  const distance = sub(value, mean);
  const rest = sub(1, share);
  return {
    mean: add(mean, mul(distance, share)),
    deviation: hypot<Scalar>(mul(deviation, sqrt(rest)), mul(abs(distance), sqrt(mul(share, rest)))),
  };
}
