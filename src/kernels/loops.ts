import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';
import { sumOfSquares } from './sums.ts';

/** Plain loops over the result of `dataSync`: the fallback without WebAssembly, and the reference for the self-test. */
export const plainArithmetic: Arithmetic = {
  name: 'cpu',
  sumOfSquares: (x) => sumOfSquares(elementsOf(x)),

  sumOfMagnitudes(x) {
    let sum = 0;
    for (const value of elementsOf(x)) sum += Math.abs(value);
    return sum;
  },

  largestMagnitude(x) {
    let largest = 0;
    for (const value of elementsOf(x)) largest = Math.max(largest, Math.abs(value));
    return largest;
  },

  isWithin: (x, low, high) => elementsOf(x).every((value) => !(value < low) && !(value > high)),
  scale: (x, factor) => mapElements(x, (value) => value * factor),
  clamp: (x, low, high) => mapElements(x, (value) => (value < low ? low : value > high ? high : value)),
  zeroNonFinite: (x) => mapElements(x, (value) => (Number.isFinite(value) ? value : 0)),
};

/** Returns the elements of a float32 tensor. On cpu they are not a copy, so never write to them. */
export function elementsOf(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}

/** Creates a float32 tensor that uses the given array without copying it. */
export function tensorFrom(values: Float32Array, shape: number[]): Tensor {
  return engine().makeTensor(values, shape, 'float32');
}

function mapElements(x: Tensor, change: (value: number) => number): Tensor {
  const values = elementsOf(x);
  const changed = new Float32Array(values.length);
  for (let index = 0; index < values.length; index += 1) changed[index] = change(values[index] ?? 0);
  return tensorFrom(changed, x.shape);
}
