import { engine, scalar, tensor as tensorOf, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels.ts';
import { findingsOf, recalled, remember } from './memory.ts';
import { percentileOfSorted, scaledNorm, sumOfSquares } from './sums.ts';

/** Kernels for backends whose memory the host can read for the price of a copy: cpu and wasm. */
export const hostKernels: Kernels = {
  name: 'host',
  readsAreFree: true,

  norms: (tensors, order) => tensor1d(tensors.map((tensor) => normOf(tensor, order))),

  globalNorm: (tensors, order) =>
    scalar(
      scaledNorm(
        tensors.map((tensor) => normOf(tensor, order)),
        order,
      ),
    ),

  groupNorms(tensors, groupOf, groups, order) {
    const members: number[][] = Array.from({ length: groups }, () => []);
    tensors.forEach((tensor, index) => members[groupOf[index] ?? 0]?.push(normOf(tensor, order)));
    return tensor1d(members.map((norms) => scaledNorm(norms, order)));
  },

  unitNorms(tensor, axes, order) {
    const reduced = new Set(axes);
    const shape = tensor.shape.map((size, axis) => (reduced.has(axis) ? 1 : size));
    const units: number[][] = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => []);
    const values = floatsOf(tensor);
    const index = unitIndexOf(tensor.shape, reduced);
    for (let element = 0; element < values.length; element += 1) units[index(element)]?.push(values[element] ?? 0);
    return tensorOf(
      units.map((unit) => scaledNorm(unit, order)),
      shape,
      'float32',
    );
  },

  finite: (tensors) => tensor1d(tensors.map((tensor) => (Number.isFinite(squaresOf(tensor)) ? 1 : 0))),

  zeroNonFinite: (tensors) =>
    tensors.map((tensor) =>
      Number.isFinite(squaresOf(tensor)) ? tensor : mapped(tensor, (x) => (isFinite(x) ? x : 0)),
    ),

  scale(tensors, factors) {
    const given = floatsOf(factors);
    return tensors.map((tensor, index) => {
      const factor = given[factors.rank === 0 ? 0 : index] ?? 1;
      if (factor === 1) return tensor;
      const result = mapped(tensor, (x) => x * factor);
      for (const [name, value] of findingsOf(tensor) ?? [])
        remember(result, name, carried(name, value as number, factor));
      return result;
    });
  },

  clamp: (tensors, low, high) =>
    tensors.map((tensor) =>
      floatsOf(tensor).every((x) => !(x < low) && !(x > high))
        ? tensor
        : mapped(tensor, (x) => (x < low ? low : x > high ? high : x)),
    ),

  percentile(values, count, percentile) {
    const filled = Math.min(values.size, floatsOf(count)[0] ?? 0);
    return scalar(percentileOfSorted(floatsOf(values).slice(0, filled).sort(), percentile));
  },
};

const SQUARES = 'squares';

// A float32 squared fits a float64 whatever its size, so this sum is finite just when every element is.
function squaresOf(tensor: Tensor): number {
  const known = recalled(tensor, SQUARES) as number | undefined;
  if (known !== undefined) return known;
  const squares = sumOfSquares(floatsOf(tensor));
  remember(tensor, SQUARES, squares);
  return squares;
}

function normOf(tensor: Tensor, order: number): number {
  if (order === 2) return Math.sqrt(squaresOf(tensor));
  const name = `norm ${order}`;
  const known = recalled(tensor, name) as number | undefined;
  if (known !== undefined) return known;
  const norm = scaledNorm(floatsOf(tensor), order);
  remember(tensor, name, norm);
  return norm;
}

function carried(name: string, value: number, factor: number): number {
  return name === SQUARES ? value * factor * factor : value * Math.abs(factor);
}

function floatsOf(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}

function mapped(tensor: Tensor, change: (x: number) => number): Tensor {
  const values = floatsOf(tensor);
  const changed = new Float32Array(values.length);
  for (let element = 0; element < values.length; element += 1) changed[element] = change(values[element] ?? 0);
  return engine().makeTensor(changed, tensor.shape, 'float32');
}

/** Maps the index of an element to the index of its unit, the unit's axes being those not reduced. */
function unitIndexOf(shape: readonly number[], reduced: ReadonlySet<number>): (element: number) => number {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const keptStrides = shape.map((_, axis) =>
    reduced.has(axis) ? 0 : shape.slice(axis + 1).reduce((a, b, i) => (reduced.has(axis + 1 + i) ? a : a * b), 1),
  );
  return (element) =>
    shape.reduce(
      (unit, size, axis) => unit + (Math.floor(element / (strides[axis] ?? 1)) % size) * (keptStrides[axis] ?? 0),
      0,
    );
}
