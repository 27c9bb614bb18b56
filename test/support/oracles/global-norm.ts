// Pascanu, Mikolov & Bengio (2013), Algorithm 1, with the p-norm instead of the 2-norm.
import type { GlobalNormOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues, normOf, percentileOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<GlobalNormOptions>> = ({ maxNorm, ord }) => {
  const measured = maxNorm === 'auto' ? { steps: 50, percentile: 90 } : maxNorm;
  const norms: number[] = [];
  return (gradients) => {
    if (Object.keys(gradients).length === 0) return { gradients };
    const norm = normOf(valuesOf(gradients), ord);
    let limit = Infinity;
    if (typeof measured === 'number') limit = measured;
    else if (norms.length === measured.steps) limit = percentileOf(norms, measured.percentile);
    else norms.push(norm);
    const factor = norm > limit ? limit / norm : 1;
    return { gradients: mapValues(gradients, (value) => value * factor) };
  };
};
