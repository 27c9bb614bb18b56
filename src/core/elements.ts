import { tensor as tensorOf, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { kernels, valuesOf } from '../kernels/index.ts';
import { assertBroadcasts } from './broadcast.ts';

/**
 * Computes a tensor element by element from up to three tensors.
 *
 * The second and third tensor are broadcast to the shape of the first. You give the formula twice. Backends with cheap
 * reads use the one on numbers, because one loop is faster than a dozen ops. All others use the tfjs ops, because a
 * read would stall the device.
 *
 * @throws ClippingError `strategy-fault` if a tensor does not broadcast to the shape of the first.
 *
 * @category Named tensors
 */
export function elementwise(
  tensors: readonly [Tensor, Tensor?, Tensor?],
  inNumbers: (first: number, second: number, third: number) => number,
  inOps: () => Tensor,
): Tensor {
  const [x, ...others] = tensors;
  const { shape, size } = x;
  for (const operand of others) if (operand !== undefined) assertBroadcasts('elementwise', operand, shape);
  if (!kernels().readsAreFree) return tidy(inOps);
  const [y, z] = others;
  const columns = shape.at(-1) ?? 1;
  const walk = (operand?: Tensor): Walk => (operand === undefined ? ZEROS : walkOver(operand, shape));
  const [a, b, c] = [walk(x), walk(y), walk(z)];
  // Property reads inside the loop would slow down every element.
  const [first, second, third] = [a.values, b.values, c.values];
  const result = new Float32Array(size);
  for (let at = 0, row = 0; at < size; row += 1) {
    let i = a.startOf(row);
    let j = b.startOf(row);
    let k = c.startOf(row);
    for (const end = at + columns; at < end; at += 1) {
      result[at] = inNumbers(first[i]!, second[j]!, third[k]!);
      i += a.step;
      j += b.step;
      k += c.step;
    }
  }
  return tensorOf(result, shape);
}

// How to read an operand row by row of the result: where each row starts, and the distance between its elements.
interface Walk {
  readonly values: Float32Array | Float64Array;
  readonly step: number;
  startOf(this: void, row: number): number;
}

const ZEROS: Walk = { values: new Float32Array(1), step: 0, startOf: () => 0 };

function walkOver(operand: Tensor, shape: readonly number[]): Walk {
  const values = valuesOf(operand);
  if (operand.size === 1) return { values, step: 0, startOf: () => 0 };
  const columns = shape.at(-1) ?? 1;
  const missingAxes = shape.length - operand.rank;
  if (missingAxes === 0 && operand.shape.every((size, axis) => size === shape[axis])) {
    return { values, step: 1, startOf: (row) => row * columns };
  }
  const sizeOf = (axis: number): number => (axis < missingAxes ? 1 : operand.shape[axis - missingAxes]!);
  const axes: { size: number; stride: number }[] = [];
  let stride = sizeOf(shape.length - 1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    axes.push({ size: shape[axis]!, stride: sizeOf(axis) === 1 ? 0 : stride });
    stride *= sizeOf(axis);
  }
  return {
    values,
    step: sizeOf(shape.length - 1) === 1 ? 0 : 1,
    startOf(row) {
      let [rest, start] = [row, 0];
      for (const { size, stride } of axes) {
        start += (rest % size) * stride;
        rest = Math.floor(rest / size);
      }
      return start;
    },
  };
}
