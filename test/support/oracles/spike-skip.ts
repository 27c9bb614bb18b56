// Chen and others (2018), with the moments as in Lingvo: exponential sums of x, x² and the weight, divided by the weight
// when they are read. Values are capped once the weight exceeds minWeight.
import type { SpikeSkipOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<SpikeSkipOptions>> = ({ maxSigma, decay, floor, minWeight }) => {
  let [sum, sumOfSquares, weight] = [0, 0, 0];
  return (gradients) => {
    if (Object.keys(gradients).length === 0) return { gradients };
    const x = Math.log(1 + Math.max(normOf(valuesOf(gradients)), floor));
    const mean = weight === 0 ? 0 : sum / weight;
    const variance = weight === 0 ? 0 : sumOfSquares / weight - mean ** 2;
    const cap = mean + maxSigma * Math.max(Math.sqrt(Math.max(0, variance)), 1e-3);
    const trusted = weight > minWeight;
    const skip = trusted && x > cap;
    const kept = trusted ? Math.min(x, cap) : x;
    sum = decay * sum + (1 - decay) * kept;
    sumOfSquares = decay * sumOfSquares + (1 - decay) * kept ** 2;
    weight = decay * weight + (1 - decay);
    return { gradients, skip, margin: trusted ? Math.abs(x - cap) / Math.max(x, cap) : Infinity };
  };
};
