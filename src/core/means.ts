import { mean, tensor as tensorOf, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { kernels } from '../kernels/index.ts';

/**
 * The mean of each unit's incoming weights: over all axes but the last, these kept as length 1; shape [1, …, units].
 *
 * Sums are float64 on backends that the host can read, where tfjs itself may add float32 one by one.
 *
 * @category Named tensors
 */
export function unitMeansOf(tensor: Tensor): Tensor {
  const units = tensor.shape.at(-1) ?? 1;
  if (!kernels().readsAreFree) return tidy(() => mean(tensor, [...tensor.shape.keys()].slice(0, -1), true));
  const sums = new Float64Array(units);
  const values = tensor.dataSync<'float32'>();
  for (let start = 0; start < values.length; start += units)
    for (let unit = 0; unit < units; unit += 1) sums[unit]! += values[start + unit]!;
  const rows = tensor.size / units;
  const shape = tensor.shape.map((size, axis) => (axis === tensor.rank - 1 ? size : 1));
  return tensorOf(
    Float32Array.from(sums, (sum) => sum / rows),
    shape,
  );
}
