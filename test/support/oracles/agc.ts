// Brock and others (2021), section 4: where ‖g‖ / max(‖w‖, ε) > λ, g becomes λ · max(‖w‖, ε) / ‖g‖ · g. A label on each
// element says to which unit it belongs, so this code needs no axis arithmetic.
import type { AgcOptions } from 'gradclip/strategies';
import type { NamedNumbers, Numbers, Oracle } from 'gradclip/testing';
import { mapTensors, normOf } from './arithmetic.ts';

export const oracle: Oracle<Required<AgcOptions>> = ({ ratio, floor, axes, exclude }) => {
  return (gradients: NamedNumbers, parameters: NamedNumbers) => ({
    gradients: mapTensors(gradients, (gradient, name) => {
      if (exclude.includes(name)) return gradient;
      const weights = parameters[name]?.values ?? [];
      const units = labelsOf(name, gradient, axes ?? undefined);
      const members = (of: readonly number[], unit: string): number[] => of.filter((_, index) => units[index] === unit);
      const factors = new Map<string, number>();
      for (const unit of new Set(units)) {
        const [G, W] = [normOf(members(gradient.values, unit)), Math.max(normOf(members(weights, unit)), floor)];
        factors.set(unit, G / W > ratio ? (ratio * W) / G : 1);
      }
      return { ...gradient, values: gradient.values.map((value, index) => value * factors.get(units[index] ?? '')!) };
    }),
  });
};

function labelsOf(name: string, { shape, values }: Numbers, axes?: readonly number[]): string[] {
  return values.map((_, index) => {
    const position = positionOf(index, shape);
    if (axes !== undefined) return position.map((at, axis) => (axes.includes(axis) ? '*' : at)).join();
    if (shape.filter((size) => size > 1).length <= 1) return 'whole';
    return name.endsWith('/embeddings') ? `row ${position[0]}` : `unit ${position.at(-1)}`;
  });
}

function positionOf(index: number, shape: readonly number[]): number[] {
  let rest = index;
  return shape
    .map((size, axis) => ({ size, axis }))
    .reverse()
    .map(({ size }) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    })
    .reverse();
}
