import { tensor as tensorOf, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { kernels } from '../kernels/index.ts';

/**
 * A tensor made element by element of up to three, the second and third broadcast to the shape of the first.
 *
 * The formula is given twice: in numbers, for backends that the host can read for the price of a copy, where one loop
 * costs less than a dozen ops, and in tfjs ops for all others, where nothing may be read.
 *
 * @category Named tensors
 */
export function elementwise(
  tensors: readonly [Tensor, Tensor?, Tensor?],
  inNumbers: (first: number, second: number, third: number) => number,
  inOps: () => Tensor,
): Tensor {
  if (!kernels().readsAreFree) return tidy(inOps);
  const [x, y, z] = tensors;
  const { shape, size } = x;
  const columns = shape.at(-1) ?? 1;
  const walk = (operand?: Tensor): Walk => (operand === undefined ? NOTHING : walkOver(operand, shape));
  const [a, b, c] = [walk(x), walk(y), walk(z)];
  // Out of the loop, which runs once for each element.
  const [first, second, third] = [a.values, b.values, c.values];
  const made = new Float32Array(size);
  for (let at = 0, row = 0; at < size; row += 1) {
    let i = a.startOf(row);
    let j = b.startOf(row);
    let k = c.startOf(row);
    for (const end = at + columns; at < end; at += 1) {
      made[at] = inNumbers(first[i]!, second[j]!, third[k]!);
      i += a.step;
      j += b.step;
      k += c.step;
    }
  }
  return tensorOf(made, shape);
}

// How to go through an operand row by row of the result: where a row begins in it, and how far the next element is.
interface Walk {
  readonly values: Float32Array;
  readonly step: number;
  startOf(this: void, row: number): number;
}

const NOTHING: Walk = { values: new Float32Array(1), step: 0, startOf: () => 0 };

function walkOver(operand: Tensor, shape: readonly number[]): Walk {
  const values = operand.dataSync<'float32'>();
  if (operand.size === 1) return { values, step: 0, startOf: () => 0 };
  const columns = shape.at(-1) ?? 1;
  const missing = shape.length - operand.rank;
  if (missing === 0 && operand.shape.every((size, axis) => size === shape[axis])) {
    return { values, step: 1, startOf: (row) => row * columns };
  }
  const own = (axis: number): number => (axis < missing ? 1 : operand.shape[axis - missing]!);
  const axes: { size: number; stride: number }[] = [];
  let stride = own(shape.length - 1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    axes.push({ size: shape[axis]!, stride: own(axis) === 1 ? 0 : stride });
    stride *= own(axis);
  }
  return {
    values,
    step: own(shape.length - 1) === 1 ? 0 : 1,
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
