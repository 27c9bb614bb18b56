// Kumar and others (2025). As in the paper, the warm-up collects a list of norms and computes their moments. Afterwards
// the state is the variance itself, which float64 can hold.
import type { ZClipOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues, normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<ZClipOptions>> = (options) => {
  const { maxZ, decay, warmup, mode, maxNorm, factor, skipSpikes, relativeFloor } = options;
  const warm: number[] = [];
  let [mean, variance] = [0, 0];
  return (gradients) => {
    if (Object.keys(gradients).length === 0) return { gradients };
    const norm = normOf(valuesOf(gradients));
    const scaled = (limit: number) => {
      const least = Math.min(limit, maxNorm ?? Infinity);
      return mapValues(gradients, (value) => (norm > least ? (value * least) / norm : value));
    };
    if (warm.length < warmup) {
      if (norm > 0 || warm.length > 0) warm.push(norm);
      mean = warm.reduce((sum, one) => sum + one, 0) / Math.max(1, warm.length);
      variance = warm.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, warm.length);
      return { gradients: scaled(Infinity) };
    }
    const deviation = Math.max(Math.sqrt(variance), relativeFloor * mean);
    const z = (norm - mean) / deviation;
    const limits = {
      adaptive: (mean + (maxZ * deviation * maxZ) / z) * factor,
      mean,
      percentile: mean + maxZ * deviation,
    };
    const spike = z > maxZ;
    const passed = spike ? Math.min(limits[mode], norm) : norm;
    if (!(spike && skipSpikes)) {
      mean = decay * mean + (1 - decay) * passed;
      variance = decay * variance + (1 - decay) * (passed - mean) ** 2;
    }
    return { gradients: scaled(passed), margin: Math.abs(z - maxZ) / (maxZ + Math.abs(mean / deviation)) };
  };
};
