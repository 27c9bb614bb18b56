import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';
import { sumOfSquares } from './sums.ts';

/** Loops over what `dataSync` gives: for a cpu without WebAssembly, and the truth that others are tested against. */
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

  within: (x, low, high) => elementsOf(x).every((value) => !(value < low) && !(value > high)),
  scale: (x, factor) => mapped(x, (value) => value * factor),
  clamp: (x, low, high) => mapped(x, (value) => (value < low ? low : value > high ? high : value)),
  zeroNonFinite: (x) => mapped(x, (value) => (Number.isFinite(value) ? value : 0)),

  squaresOfColumns(x, blocks, rows, columns) {
    const sums = new Float64Array(blocks * columns);
    const values = elementsOf(x);
    let at = 0;
    for (let block = 0; block < blocks; block += 1)
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1, at += 1) {
          const value = values[at] ?? 0;
          const place = block * columns + column;
          sums[place] = (sums[place] ?? 0) + value * value;
        }
    return sums;
  },
};

/** The elements themselves on cpu, a copy elsewhere: never write to them. */
export function elementsOf(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}

/** A float32 tensor that keeps the array it is given. */
export function tensorFrom(values: Float32Array, shape: number[]): Tensor {
  return engine().makeTensor(values, shape, 'float32');
}

function mapped(x: Tensor, change: (value: number) => number): Tensor {
  const values = elementsOf(x);
  const changed = new Float32Array(values.length);
  for (let index = 0; index < values.length; index += 1) changed[index] = change(values[index] ?? 0);
  return tensorFrom(changed, x.shape);
}
