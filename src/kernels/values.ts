import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { LARGEST, SMALLEST_NORMAL } from './float32.ts';
import { elementsOf, tensorFrom } from './loops.ts';
import { cachedValuesOf, cacheValues, type SmallValues } from './step-cache.ts';

/** Returns the elements of a small float32 tensor, in float64 if the host computed them beyond float32 in this step. */
export function valuesOf(tensor: Tensor): SmallValues {
  return cachedValuesOf(tensor) ?? elementsOf(tensor);
}

/**
 * Creates a small float32 tensor. A finite value beyond float32 becomes the largest float32.
 *
 * The norm of finite gradients can exceed float32, and the factor that clips it can be below float32. The values are
 * therefore cached in float64 until the step ends. Only within a step, so that a saved state holds everything.
 */
export function tensorOfValues(values: ArrayLike<number>, shape: number[]): Tensor {
  const rounded = new Float32Array(values);
  let exact: Float64Array | undefined;
  for (let index = 0; index < rounded.length; index += 1) {
    const value = values[index]!;
    const magnitude = Math.abs(value);
    const isTooLarge = magnitude > LARGEST && magnitude < Infinity;
    const isDenormal = magnitude > 0 && magnitude < SMALLEST_NORMAL;
    if (!isTooLarge && !isDenormal) continue;
    exact ??= Float64Array.from(rounded);
    exact[index] = value;
    if (isTooLarge) rounded[index] = Math.sign(value) * LARGEST;
  }
  const tensor = tensorFrom(rounded, shape);
  cacheValues(tensor, exact ?? rounded);
  return tensor;
}

/** Creates a small tensor of booleans from zeros and ones. */
export function booleanTensorOf(values: ArrayLike<number>, shape: number[]): Tensor {
  return engine().makeTensor(Uint8Array.from(values), shape, 'bool');
}
