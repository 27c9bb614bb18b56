// Huang and others (2025), spike-aware clipping, one element at a time, with its own second moment. An element that has
// always been 0 is not clipped.
import type { ElementSpikeOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapTensors } from './arithmetic.ts';

export const oracle: Oracle<Required<ElementSpikeOptions>> = ({ threshold, decay, warmup }) => {
  const moments = new Map<string, number[]>();
  let steps = 0;
  return (gradients) => {
    if (Object.keys(gradients).length === 0) return { gradients };
    steps += 1;
    return {
      gradients: mapTensors(gradients, (tensor, name) => {
        const before = moments.get(name) ?? tensor.values.map(() => 0);
        const values = tensor.values.map((value, index) => {
          const limit = threshold * (before[index] ?? 0);
          const spike = steps > warmup && limit > 0 && value ** 2 > limit;
          return spike ? Math.sign(value) * Math.sqrt(limit) : value;
        });
        moments.set(
          name,
          values.map((value, index) => decay * (before[index] ?? 0) + (1 - decay) * value ** 2),
        );
        return { ...tensor, values };
      }),
    };
  };
};
