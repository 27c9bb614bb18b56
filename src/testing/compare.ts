/**
 * Assertions about one step, given the gradients before and after it.
 *
 * @module
 */

import { layerOf } from '../core/names.ts';
import type { Laws } from '../core/define.ts';
import { assertThat } from './law.ts';
import { elementsOf, isIdentical, maxAbs, euclideanNorm, type NamedNumbers, type Numbers } from './numbers.ts';

// The norm, the threshold, the factor and the product are each rounded to 24 bits.
const ROUNDING = 1e-6;
// The spacing of denormal float32 numbers: a denormal product is off by up to this much.
const DENORMAL = 1.5e-45;

/** Asserts the same names in the same order, the same shapes and the same dtypes. */
export function assertSameForm(before: NamedNumbers, after: NamedNumbers): void {
  const form = (of: NamedNumbers): string =>
    Object.entries(of)
      .map(([name, { shape, dtype = 'float32' }]) => `${name} [${shape.join(', ')}] ${dtype}`)
      .join('; ');
  assertThat(form(before) === form(after), () => `it received ${form(before)} and returned ${form(after)}`);
}

/** Asserts that no tensor has a larger norm than before. */
export function assertNotLonger(before: NamedNumbers, after: NamedNumbers): void {
  for (const [name, { values }] of Object.entries(before)) {
    const [was, is] = [euclideanNorm(values), euclideanNorm(after[name]?.values ?? [])];
    const slack = DENORMAL * Math.sqrt(values.length);
    assertThat(is <= was * (1 + ROUNDING) + slack, () => `the norm of \`${name}\` grew from ${was} to ${is}`);
  }
}

/** Asserts that every element is finite. */
export function assertFinite(what: string, numbers: NamedNumbers): void {
  for (const [name, { values }] of Object.entries(numbers)) {
    const nonFinite = values.find((value) => !Number.isFinite(value));
    assertThat(nonFinite === undefined, () => `${what} \`${name}\` contains ${String(nonFinite)}`);
  }
}

/** Asserts that the numbers are bit-for-bit identical. */
export function assertIdentical(what: string, expected: NamedNumbers, received: NamedNumbers): void {
  assertSameForm(expected, received);
  for (const [name, { values }] of Object.entries(expected)) {
    const other = received[name]?.values ?? [];
    assertThat(isIdentical(values, other), () => {
      const at = values.findIndex((value, index) => !Object.is(value, other[index]));
      return `${what}: \`${name}\` is ${String(other[at])} instead of ${String(values[at])} at element ${at}`;
    });
  }
}

/** Asserts equality up to float32 rounding, relative to the largest element of each tensor. */
export function assertClose(what: string, expected: NamedNumbers, received: NamedNumbers): void {
  for (const [name, { values }] of Object.entries(expected)) {
    const other = received[name]?.values ?? [];
    const slack = ROUNDING * maxAbs(values) + DENORMAL;
    values.forEach((value, index) => {
      const isClose = Math.abs(value - (other[index] ?? NaN)) <= slack;
      assertThat(
        isClose,
        () => `${what}: \`${name}\` is ${String(other[index])} instead of ${value} at element ${index}`,
      );
    });
  }
}

/** Asserts that each group declared to keep its direction is the input times one number ≥ 0. */
export function assertDirection(kind: Laws['direction'], before: NamedNumbers, after: NamedNumbers): void {
  if (kind === 'none') return;
  if (kind === 'unit') {
    for (const [name, tensor] of Object.entries(before)) assertUnitDirections(name, tensor, after[name] ?? tensor);
    return;
  }
  const groupOf = { global: () => 'the whole gradient', layer: layerOf, variable: (name: string) => name }[kind];
  for (const group of new Set(Object.keys(before).map(groupOf))) {
    const members = (of: NamedNumbers): NamedNumbers =>
      Object.fromEntries(Object.entries(of).filter(([name]) => groupOf(name) === group));
    const change = describeTurn(elementsOf(members(before)), elementsOf(members(after)));
    assertThat(change === undefined, () => `${group} changed its direction: ${String(change)}`);
  }
}

/** Describes why `after` is not `before` times one number ≥ 0; undefined if it is. */
function describeTurn(before: readonly number[], after: readonly number[]): string | undefined {
  const largest = maxAbs(before);
  if (largest === 0) return after.every((value) => value === 0) ? undefined : 'it was 0 and is not any more';
  const peak = before.findIndex((value) => Math.abs(value) === largest);
  const factor = (after[peak] ?? NaN) / (before[peak] ?? NaN);
  if (!(factor >= 0)) return `element ${peak} went from ${String(before[peak])} to ${String(after[peak])}`;
  // One denormal step for the element, and one for the element that the factor is computed from.
  const slack = 2 * DENORMAL;
  const wrong = before.findIndex((value, index) => {
    const expected = factor * value;
    return !(Math.abs((after[index] ?? NaN) - expected) <= ROUNDING * Math.abs(expected) + slack);
  });
  if (wrong < 0) return undefined;
  return `element ${wrong} went from ${String(before[wrong])} to ${String(after[wrong])}, not times ${factor}`;
}

// A strategy chooses what a unit is: a slice along any choice of axes, but not a single element.
function assertUnitDirections(name: string, before: Numbers, after: Numbers): void {
  const rank = before.shape.length;
  const choices = Array.from({ length: Math.max(1, 2 ** rank - 1) }, (_, choice) =>
    before.shape.map((_size, axis) => axis).filter((axis) => (choice >> axis) % 2 === 1),
  );
  const holds = choices.some((axes) => {
    const units = groupByUnit(before, axes);
    return [...units.values()].every(
      (indices) =>
        describeTurn(
          indices.map((index) => before.values[index] ?? NaN),
          indices.map((index) => after.values[index] ?? NaN),
        ) === undefined,
    );
  });
  assertThat(holds, () => `\`${name}\` changed its direction, whichever axes its units have`);
}

function groupByUnit({ shape, values }: Numbers, axes: readonly number[]): Map<string, number[]> {
  const units = new Map<string, number[]>();
  values.forEach((_, index) => {
    let rest = index;
    const position = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      position[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    const unit = axes.map((axis) => position[axis]).join();
    units.set(unit, [...(units.get(unit) ?? []), index]);
  });
  return units;
}
