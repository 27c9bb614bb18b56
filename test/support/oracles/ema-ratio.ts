// The adaptive clipping of OLMo's optimizer, one variable at a time.
import type { EmaRatioOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapTensors, normOf } from './arithmetic.ts';

export const oracle: Oracle<Required<EmaRatioOptions>> = ({ ratio, decay }) => {
  const means = new Map<string, number>();
  return (gradients) => ({
    gradients: mapTensors(gradients, (tensor, name) => {
      const norm = normOf(tensor.values);
      // A mean of 0 means that no gradient was seen yet.
      const known = means.get(name) ?? 0;
      const mean = known > 0 ? known : norm;
      const factor = norm > ratio * mean ? (ratio * mean) / norm : 1;
      means.set(name, decay * mean + (1 - decay) * norm * factor);
      return { ...tensor, values: tensor.values.map((value) => value * factor) };
    }),
  });
};
