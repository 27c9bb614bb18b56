// Keras' clipnorm: clips each variable by its own norm or, with axes, each slice along them.
import type { PerVariableOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapTensors, normOf, slicesAlong } from './arithmetic.ts';

export const oracle: Oracle<Required<PerVariableOptions>> =
  ({ maxNorm, ord, axes }) =>
  (gradients) => ({
    gradients: mapTensors(gradients, (tensor) => {
      const rank = tensor.shape.length;
      const all = tensor.shape.map((_, axis) => axis);
      const wanted = (axes ?? all).map((axis) => (axis < 0 ? axis + rank : axis)).filter((axis) => all.includes(axis));
      const values = [...tensor.values];
      for (const indices of slicesAlong(tensor, wanted.length === 0 ? all : wanted)) {
        const norm = normOf(
          indices.map((index) => tensor.values[index] ?? NaN),
          ord,
        );
        if (norm > maxNorm) for (const index of indices) values[index] = (values[index] ?? NaN) * (maxNorm / norm);
      }
      return { ...tensor, values };
    }),
  });
