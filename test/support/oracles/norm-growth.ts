// The norm-growth limiter of Chen and others (2024), one variable at a time. It never clips below a minimum root mean square.
import type { NormGrowthOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapTensors, normOf } from './arithmetic.ts';

export const oracle: Oracle<Required<NormGrowthOptions>> = ({ ratio, floor }) => {
  const last = new Map<string, number>();
  return (gradients) => ({
    gradients: mapTensors(gradients, (tensor, name) => {
      const norm = normOf(tensor.values);
      if (norm === 0) return tensor;
      const before = last.get(name);
      const free = floor * Math.sqrt(tensor.values.length);
      const limit = before === undefined ? Infinity : Math.max(ratio * before, free);
      const factor = norm > limit ? limit / norm : 1;
      last.set(name, norm * factor);
      return { ...tensor, values: tensor.values.map((value) => value * factor) };
    }),
  });
};
