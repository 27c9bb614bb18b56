import { mean, mul, sub, tensor as tensorOf, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { hasSlowBroadcasting, kernels } from '../kernels/index.ts';
import { elementwise } from './elements.ts';

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

/**
 * Subtracts the mean of each unit's incoming weights: the mean over all axes but the last.
 *
 * On backends with cheap reads the sums are float64, because tfjs may add float32 numbers one by one there.
 *
 * @category Named tensors
 */
export function subtractUnitMeans(tensor: Tensor): Tensor {
  return tidy(() => {
    const means = unitMeansOf(tensor);
    const difference = (): Tensor => sub(tensor, means);
    if (!hasSlowBroadcasting()) return difference();
    return elementwise([tensor, means], (element, unitMean) => element - unitMean, difference);
  });
}

function unitMeansOf(tensor: Tensor): Tensor {
  const { shape, rank, size } = tensor;
  if (!kernels().readsAreFree) return mean(tensor, [...shape.keys()].slice(0, -1));
  const units = shape.at(-1) ?? 1;
  const sums = new Float64Array(units);
  const values = tensor.dataSync<'float32'>();
  for (let start = 0; start < size; start += units)
    for (let unit = 0; unit < units; unit += 1) sums[unit]! += values[start + unit]!;
  return tensorOf(
    Float32Array.from(sums, (sum) => sum / (size / units)),
    shape.map((length, axis) => (axis === rank - 1 ? length : 1)),
  );
}
