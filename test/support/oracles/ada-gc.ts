// Wang and others (2025): the warm-up clips by the global norm and finds the smallest clipped norm of each variable.
// Afterwards each variable is clipped by its own reference. Zero norms are ignored.
import type { AdaGcOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapTensors, mapValues, normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<AdaGcOptions>> = ({ ratio, decay, warmup, warmupMaxNorm }) => {
  const references = new Map<string, number>();
  let steps = 0;
  return (gradients) => {
    if (Object.keys(gradients).length === 0) return { gradients };
    steps += 1;
    if (steps <= warmup) {
      const norm = normOf(valuesOf(gradients));
      const factor = norm > warmupMaxNorm ? warmupMaxNorm / norm : 1;
      for (const [name, { values }] of Object.entries(gradients)) {
        const own = factor * normOf(values);
        if (own > 0) references.set(name, Math.min(references.get(name) ?? Infinity, own));
      }
      return { gradients: mapValues(gradients, (value) => value * factor) };
    }
    return {
      gradients: mapTensors(gradients, (tensor, name) => {
        const norm = normOf(tensor.values);
        const known = references.get(name) ?? 0;
        const reference = known > 0 ? known : norm;
        const factor = norm > ratio * reference ? (ratio * reference) / norm : 1;
        references.set(name, decay * reference + (1 - decay) * norm * factor);
        return { ...tensor, values: tensor.values.map((value) => value * factor) };
      }),
    };
  };
};
