// Arithmetic that the oracles share, in float64 and one number at a time. A float64 can hold the square of every
// float32, so nothing needs scaling.
import type { NamedNumbers, Numbers } from 'gradclip/testing';

/** Returns ‖x‖ₚ. */
export function normOf(values: readonly number[], order: number | 'inf' = 2): number {
  if (order === 'inf') return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (order === 2) return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const largest = normOf(values, 'inf');
  if (largest === 0) return 0;
  return largest * values.reduce((sum, value) => sum + (Math.abs(value) / largest) ** order, 0) ** (1 / order);
}

/** Returns the elements of all gradients in one list. */
export function valuesOf(gradients: NamedNumbers): number[] {
  return Object.values(gradients).flatMap(({ values }) => values);
}

/** Applies a function to each tensor. */
export function mapTensors(gradients: NamedNumbers, change: (tensor: Numbers, name: string) => Numbers): NamedNumbers {
  return Object.fromEntries(Object.entries(gradients).map(([name, tensor]) => [name, change(tensor, name)]));
}

/** Applies a function to each element. */
export function mapValues(gradients: NamedNumbers, change: (value: number, name: string) => number): NamedNumbers {
  return mapTensors(gradients, (tensor, name) => ({
    ...tensor,
    values: tensor.values.map((value) => change(value, name)),
  }));
}

/** Returns a percentile (0–100) of some values, interpolated between neighbours. */
export function percentileOf(values: readonly number[], percentile: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  const position = ((ascending.length - 1) * percentile) / 100;
  const low = ascending[Math.floor(position)] ?? NaN;
  const high = ascending[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** Returns one list of element indices for each slice along the given axes. */
export function slicesAlong({ shape, values }: Numbers, axes: readonly number[]): number[][] {
  const slices = new Map<string, number[]>();
  values.forEach((_, index) => {
    const position: (number | string)[] = [];
    let rest = index;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      position.unshift(axes.includes(axis) ? '*' : rest % size);
      rest = Math.floor(rest / size);
    }
    slices.set(position.join(), [...(slices.get(position.join()) ?? []), index]);
  });
  return [...slices.values()];
}

/** Returns the variable's name up to its last slash. */
export function layerOf(variable: string): string {
  return variable.includes('/') ? variable.slice(0, variable.lastIndexOf('/')) : variable;
}
