// Float64 on plain arrays, one element at a time: slow, but simple enough to trust.
import { seededUniform } from '../../../src/core/random.ts';

/** Computes ‖x‖ₚ: NaN if any element is NaN, else Infinity if any element is infinite. */
export function norm(values: Iterable<number>, order: number): number {
  const magnitudes = [...values].map(Math.abs);
  if (magnitudes.some(Number.isNaN)) return NaN;
  if (magnitudes.includes(Infinity)) return Infinity;
  const largest = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  if (order === Infinity || largest === 0) return largest;
  return largest * magnitudes.reduce((total, x) => total + (x / largest) ** order, 0) ** (1 / order);
}

/** Computes ‖x‖ₚ of each unit, in the order of the units' first elements. */
export function unitNorms(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[], order: number) {
  const units = new Map<string, number[]>();
  for (let index = 0; index < values.length; index += 1) {
    const key = coordinatesOf(index, shape)
      .map((coordinate, axis) => (axes.includes(axis) ? 0 : coordinate))
      .join();
    const unit = units.get(key) ?? [];
    unit.push(values[index]!);
    units.set(key, unit);
  }
  return [...units.values()].map((unit) => norm(unit, order));
}

function coordinatesOf(index: number, shape: readonly number[]): number[] {
  let rest = index;
  return shape
    .toReversed()
    .map((size) => {
      const coordinate = rest % size;
      rest = Math.floor(rest / size);
      return coordinate;
    })
    .reverse();
}

/** Computes the same as `numpy.percentile` with its default, linear interpolation. */
export function percentile(values: readonly number[], at: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  const position = ((ascending.length - 1) * at) / 100;
  const below = ascending[Math.floor(position)]!;
  const above = ascending[Math.ceil(position)]!;
  return below + (above - below) * (position % 1);
}

/** Generates seeded random numbers in [-1, 1). */
export function numbers(count: number, seed: number): Float32Array {
  const next = seededUniform(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}
