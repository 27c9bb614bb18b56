/**
 * What the laws say of one step, as functions of the gradients before and after it.
 *
 * @module
 */

import { layerOf } from '../core/names.ts';
import type { Laws } from '../core/define.ts';
import { assertThat } from './law.ts';
import { elementsOf, isIdentical, maxAbs, euclideanNorm, type NamedNumbers, type Numbers } from './numbers.ts';

// A factor and a product are rounded to 24 bits each, and so were the norm and the threshold it was made from.
const ROUNDING = 1e-6;
// The spacing of float32 below its smallest normal number: there a product is off by up to one such step.
const DENORMAL = 1.5e-45;

/** Same names in the same order, same shapes, same dtypes. */
export function assertSameForm(before: NamedNumbers, after: NamedNumbers): void {
  const form = (of: NamedNumbers): string =>
    Object.entries(of)
      .map(([name, { shape, dtype = 'float32' }]) => `${name} [${shape.join(', ')}] ${dtype}`)
      .join('; ');
  assertThat(form(before) === form(after), () => `given ${form(before)}, it returned ${form(after)}`);
}

/** No tensor came out longer than it went in. */
export function assertNotLonger(before: NamedNumbers, after: NamedNumbers): void {
  for (const [name, { values }] of Object.entries(before)) {
    const [was, is] = [euclideanNorm(values), euclideanNorm(after[name]?.values ?? [])];
    const room = DENORMAL * Math.sqrt(values.length);
    assertThat(is <= was * (1 + ROUNDING) + room, () => `\`${name}\` was ${was} long and came out ${is} long`);
  }
}

/** Every element is finite. */
export function assertFinite(what: string, numbers: NamedNumbers): void {
  for (const [name, { values }] of Object.entries(numbers)) {
    const bad = values.find((value) => !Number.isFinite(value));
    assertThat(bad === undefined, () => `${what} \`${name}\` holds ${String(bad)}`);
  }
}

/** The same numbers, bit for bit. */
export function assertIdentical(what: string, expected: NamedNumbers, received: NamedNumbers): void {
  assertSameForm(expected, received);
  for (const [name, { values }] of Object.entries(expected)) {
    const other = received[name]?.values ?? [];
    assertThat(isIdentical(values, other), () => {
      const place = values.findIndex((value, index) => !Object.is(value, other[index]));
      return `${what}: \`${name}\` is ${String(other[place])} instead of ${String(values[place])} at element ${place}`;
    });
  }
}

/** The same numbers up to the rounding of float32, measured against the largest element of each tensor. */
export function assertClose(what: string, expected: NamedNumbers, received: NamedNumbers): void {
  for (const [name, { values }] of Object.entries(expected)) {
    const other = received[name]?.values ?? [];
    const room = ROUNDING * maxAbs(values) + DENORMAL;
    values.forEach((value, place) => {
      const close = Math.abs(value - (other[place] ?? NaN)) <= room;
      assertThat(
        close,
        () => `${what}: \`${name}\` is ${String(other[place])} instead of ${value} at element ${place}`,
      );
    });
  }
}

/** What should keep its direction came out as it went in times one number of at least 0. */
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
    const turned = describeTurn(elementsOf(members(before)), elementsOf(members(after)));
    assertThat(turned === undefined, () => `${group} changed its direction: ${String(turned)}`);
  }
}

/** Whether `after` is `before` times one number ≥ 0; where it is not, what it is instead. */
function describeTurn(before: readonly number[], after: readonly number[]): string | undefined {
  const largest = maxAbs(before);
  if (largest === 0) return after.every((value) => value === 0) ? undefined : 'it was 0 and is no longer';
  const place = before.findIndex((value) => Math.abs(value) === largest);
  const factor = (after[place] ?? NaN) / (before[place] ?? NaN);
  if (!(factor >= 0)) return `element ${place} went from ${String(before[place])} to ${String(after[place])}`;
  // One step for the element, and one for the element that the factor is read from.
  const slack = 2 * DENORMAL;
  const wrong = before.findIndex((value, index) => {
    const expected = factor * value;
    return !(Math.abs((after[index] ?? NaN) - expected) <= ROUNDING * Math.abs(expected) + slack);
  });
  if (wrong < 0) return undefined;
  return `element ${wrong} went from ${String(before[wrong])} to ${String(after[wrong])}, not times ${factor}`;
}

// A unit is what the strategy takes it for: a slice of the tensor along any choice of its axes, but no lone element.
function assertUnitDirections(name: string, before: Numbers, after: Numbers): void {
  const rank = before.shape.length;
  const kept = Array.from({ length: Math.max(1, 2 ** rank - 1) }, (_, choice) =>
    before.shape.map((_size, axis) => axis).filter((axis) => (choice >> axis) % 2 === 1),
  );
  const holds = kept.some((axes) => {
    const units = groupByUnit(before, axes);
    return [...units.values()].every(
      (places) =>
        describeTurn(
          places.map((place) => before.values[place] ?? NaN),
          places.map((place) => after.values[place] ?? NaN),
        ) === undefined,
    );
  });
  assertThat(holds, () => `in \`${name}\` no choice of units explains what was done to the elements`);
}

function groupByUnit({ shape, values }: Numbers, axes: readonly number[]): Map<string, number[]> {
  const units = new Map<string, number[]>();
  values.forEach((_, place) => {
    let rest = place;
    const position = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      position[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    const unit = axes.map((axis) => position[axis]).join();
    units.set(unit, [...(units.get(unit) ?? []), place]);
  });
  return units;
}
