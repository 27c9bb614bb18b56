// The few sums that oracles share, in float64 and one number at a time. A float64 holds the squares of every
// float32, so nothing here needs to be scaled.
import type { NamedNumbers, Numbers } from 'gradclip/testing';

/** ‖x‖ₚ. */
export function normOf(values: readonly number[], order: number | 'inf' = 2): number {
  if (order === 'inf') return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (order === 2) return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const largest = normOf(values, 'inf');
  if (largest === 0) return 0;
  return largest * values.reduce((sum, value) => sum + (Math.abs(value) / largest) ** order, 0) ** (1 / order);
}

/** All elements, one after another. */
export function valuesOf(gradients: NamedNumbers): number[] {
  return Object.values(gradients).flatMap(({ values }) => values);
}

/** Each tensor changed. */
export function mapTensors(gradients: NamedNumbers, change: (tensor: Numbers, name: string) => Numbers): NamedNumbers {
  return Object.fromEntries(Object.entries(gradients).map(([name, tensor]) => [name, change(tensor, name)]));
}

/** Each element changed. */
export function mapValues(gradients: NamedNumbers, change: (value: number, name: string) => number): NamedNumbers {
  return mapTensors(gradients, (tensor, name) => ({
    ...tensor,
    values: tensor.values.map((value) => change(value, name)),
  }));
}

/** The percentile of some values (0–100), interpolated between neighbours. */
export function percentileOf(values: readonly number[], percentile: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  const position = ((ascending.length - 1) * percentile) / 100;
  const low = ascending[Math.floor(position)] ?? NaN;
  const high = ascending[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** The places of the elements of a tensor, in one list for each slice that runs along some axes. */
export function slicesAlong({ shape, values }: Numbers, axes: readonly number[]): number[][] {
  const slices = new Map<string, number[]>();
  values.forEach((_, place) => {
    const position: (number | string)[] = [];
    let rest = place;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      position.unshift(axes.includes(axis) ? '*' : rest % size);
      rest = Math.floor(rest / size);
    }
    slices.set(position.join(), [...(slices.get(position.join()) ?? []), place]);
  });
  return [...slices.values()];
}

/** Everything up to the last slash of a variable's name. */
export function layerOf(variable: string): string {
  return variable.includes('/') ? variable.slice(0, variable.lastIndexOf('/')) : variable;
}
