/**
 * Arithmetic on norms, thresholds and other tensors of a few elements, for writing strategies.
 *
 * Each function gives the same result as the tfjs op of its name. On backends with cheap reads it computes on numbers: that
 * is several times faster than an op, and a norm beyond float32 stays exact until the end of the step. Elsewhere it calls
 * the op, and nothing is read from the device. An operand broadcasts only if it has one element.
 *
 * @module
 */

import * as ops from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { booleanTensorOf, kernels, SMALLEST_NORMAL, tensorOfValues, valuesOf } from '../kernels/index.ts';

/**
 * An operand of the arithmetic on small tensors.
 *
 * @category Small tensors
 */
export type Operand = Tensor | number;

type Unary = <T extends Tensor>(x: T) => T;
type Binary = <T extends Tensor>(a: Operand, b: Operand) => T;
type Choice = <T extends Tensor>(condition: Tensor, a: Operand, b: Operand) => T;

/**
 * Computes |x|.
 *
 * @category Small tensors
 */
export const abs = elementwise<Unary>(Math.abs, ops.abs);
/**
 * Computes √x.
 *
 * @category Small tensors
 */
export const sqrt = elementwise<Unary>(Math.sqrt, ops.sqrt);
/**
 * Computes a + b.
 *
 * @category Small tensors
 */
export const add = elementwise<Binary>((a, b) => a + b, ops.add);
/**
 * Computes a − b.
 *
 * @category Small tensors
 */
export const sub = elementwise<Binary>((a, b) => a - b, ops.sub);
/**
 * Computes a · b.
 *
 * @category Small tensors
 */
export const mul = elementwise<Binary>((a, b) => a * b, ops.mul);
/**
 * Computes a / b.
 *
 * @category Small tensors
 */
export const div = elementwise<Binary>((a, b) => a / b, ops.div);
/**
 * Returns the smaller of a and b; NaN if either is NaN.
 *
 * @category Small tensors
 */
export const minimum = elementwise<Binary>((a, b) => Math.min(a, b), ops.minimum);
/**
 * Returns the larger of a and b; NaN if either is NaN.
 *
 * @category Small tensors
 */
export const maximum = elementwise<Binary>((a, b) => Math.max(a, b), ops.maximum);
/**
 * Whether a > b, as booleans.
 *
 * @category Small tensors
 */
export const greater = comparison((a, b) => a > b, ops.greater);
/**
 * Whether a ≥ b, as booleans.
 *
 * @category Small tensors
 */
export const greaterEqual = comparison((a, b) => a >= b, ops.greaterEqual);
/**
 * Whether a < b, as booleans.
 *
 * @category Small tensors
 */
export const less = comparison((a, b) => a < b, ops.less);
/**
 * Whether both booleans are true.
 *
 * @category Small tensors
 */
export const logicalAnd = comparison((a, b) => a * b === 1, ops.logicalAnd as typeof ops.greater);
/**
 * Returns a where the condition holds, else b.
 *
 * @category Small tensors
 */
export const where = elementwise<Choice>((condition, a, b) => (condition === 0 ? b : a), ops.where);

/**
 * Computes √(a² + b²) for a and b ≥ 0, without overflow.
 *
 * A float32 square overflows from 1.8e19 and vanishes below 1e-23. For the same reason, store standard deviations in the
 * state of a strategy rather than variances.
 *
 * @category Small tensors
 */
export const hypot = elementwise<Binary>(
  (a, b) => Math.sqrt(a * a + b * b),
  (a: Operand, b: Operand) => {
    const larger = ops.maximum(ops.maximum(a, b), SMALLEST_NORMAL);
    return ops.mul(larger, ops.sqrt(ops.add(ops.square(ops.div(a, larger)), ops.square(ops.div(b, larger)))));
  },
);

/**
 * Returns the elements at some indices; shape [indices], or [] for one index.
 *
 * @category Small tensors
 */
export function gather(vector: Tensor1D, index: number): Scalar;
export function gather(vector: Tensor1D, indices: readonly number[]): Tensor1D;
export function gather(vector: Tensor1D, indices: number | readonly number[]): Tensor {
  const isOne = typeof indices === 'number';
  if (!kernels().readsAreFree)
    return ops.gather(vector, isOne ? indices : ops.tensor1d([...indices], 'int32')) as Tensor;
  const values = valuesOf(vector);
  const selected = (isOne ? [indices] : indices).map((index) => values[index]!);
  return tensorOfValues(selected, isOne ? [] : [selected.length]);
}

/**
 * Joins scalars to a vector; shape [scalars].
 *
 * @category Small tensors
 */
export function stack(scalars: readonly Scalar[]): Tensor1D {
  if (!kernels().readsAreFree) return ops.stack([...scalars]) as Tensor1D;
  return tensorOfValues(
    scalars.map((scalar) => valuesOf(scalar)[0]!),
    [scalars.length],
  ) as Tensor1D;
}

/**
 * Splits a vector into scalars.
 *
 * @category Small tensors
 */
export function unstack(vector: Tensor1D): Scalar[] {
  if (!kernels().readsAreFree) return ops.unstack(vector) as Scalar[];
  return Array.from(valuesOf(vector), (value) => tensorOfValues([value], []) as Scalar);
}

/**
 * Returns the vector with another element at one index; `index` and `value` have shape [].
 *
 * @category Small tensors
 */
export function replaceAt(vector: Tensor1D, index: Scalar, value: Scalar): Tensor1D {
  if (!kernels().readsAreFree) {
    // `where` broadcasts, but its type does not allow it.
    return ops.where(ops.equal(ops.range(0, vector.size), index), value as Tensor, vector) as Tensor1D;
  }
  const values = Array.from(valuesOf(vector));
  values[valuesOf(index)[0]!] = valuesOf(value)[0]!;
  return tensorOfValues(values, vector.shape) as Tensor1D;
}

type InNumbers = (a: number, b: number, c: number) => number;
type InOps = (...operands: never[]) => Tensor;
type ToTensor = (values: Float64Array, shape: number[]) => Tensor;

function elementwise<Signature>(inNumbers: InNumbers, inOps: InOps, toTensor: ToTensor = tensorOfValues): Signature {
  return ((...operands: Operand[]) => {
    const host = readOperands(operands);
    if (host === undefined) return inOps(...(operands as never[]));
    return toTensor(mapElements(host, inNumbers), host.shape);
  }) as Signature;
}

function comparison(isTrue: (a: number, b: number) => boolean, inOps: InOps): Binary {
  return elementwise<Binary>((a, b) => Number(isTrue(a, b)), inOps, booleanTensorOf);
}

interface HostOperands {
  readonly shape: number[];
  readonly values: readonly ArrayLike<number>[];
}

/** Reads the operands; undefined where only the op can compute. */
function readOperands(operands: readonly Operand[]): HostOperands | undefined {
  if (!kernels().readsAreFree) return undefined;
  let shape: number[] = [];
  let size = 1;
  for (const operand of operands) {
    if (typeof operand === 'number') continue;
    if (size === 1 && (operand.size !== 1 || operand.rank > shape.length)) ({ shape, size } = operand);
    else if (operand.size !== 1 && operand.shape.join() !== shape.join()) return undefined;
  }
  // As in the op, a number is rounded to float32.
  const read = (operand: Operand) => (typeof operand === 'number' ? [Math.fround(operand)] : valuesOf(operand));
  return { shape, values: operands.map(read) };
}

function mapElements({ shape, values: [a = ZERO, b = ZERO, c = ZERO] }: HostOperands, inNumbers: InNumbers) {
  const results = new Float64Array(shape.reduce((product, length) => product * length, 1));
  const stepOf = ({ length }: ArrayLike<number>) => (length === 1 ? 0 : 1);
  const [i, j, k] = [stepOf(a), stepOf(b), stepOf(c)];
  for (let index = 0; index < results.length; index += 1)
    results[index] = inNumbers(a[i * index]!, b[j * index]!, c[k * index]!);
  return results;
}

const ZERO: readonly number[] = [0];
