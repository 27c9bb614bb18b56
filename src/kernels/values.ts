import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { LARGEST, SMALLEST_NORMAL } from './float32.ts';
import { elementsOf, tensorFrom } from './loops.ts';
import { cacheExactValues, exactValuesOf } from './step-cache.ts';

/** Returns the elements of a small float32 tensor, in float64 if the host computed them beyond float32 in this step. */
export function valuesOf(tensor: Tensor): Float32Array | Float64Array {
  return exactValuesOf(tensor) ?? elementsOf(tensor);
}

/**
 * Creates a small float32 tensor. A finite value beyond float32 becomes the largest float32.
 *
 * The norm of finite gradients can exceed float32, and the factor that clips it can be below float32. The values are
 * therefore cached in float64 until the step ends. Only within a step, so that a saved state holds everything.
 */
export function tensorOfValues(values: readonly number[], shape: number[]): Tensor {
  const rounded = new Float32Array(values);
  const extreme: number[] = [];
  for (let index = 0; index < rounded.length; index += 1) {
    const magnitude = Math.abs(values[index]!);
    if (magnitude > LARGEST && magnitude < Infinity) rounded[index] = Math.sign(values[index]!) * LARGEST;
    else if (magnitude === 0 || !(magnitude < SMALLEST_NORMAL)) continue;
    extreme.push(index);
  }
  const tensor = tensorFrom(rounded, shape);
  if (extreme.length > 0) {
    const exact = Float64Array.from(rounded);
    for (const index of extreme) exact[index] = values[index]!;
    cacheExactValues(tensor, exact);
  }
  return tensor;
}

/** Creates a small tensor of booleans from zeros and ones. */
export function booleanTensorOf(values: readonly number[], shape: number[]): Tensor {
  return engine().makeTensor(Uint8Array.from(values), shape, 'bool');
}
