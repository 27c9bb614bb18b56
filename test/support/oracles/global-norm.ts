// Pascanu, Mikolov & Bengio (2013), Algorithm 1, with the p-norm instead of the 2-norm.
import type { GlobalNormOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues, normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<GlobalNormOptions>> =
  ({ maxNorm, ord }) =>
  (gradients) => {
    const norm = normOf(valuesOf(gradients), ord);
    const factor = norm > maxNorm ? maxNorm / norm : 1;
    return { gradients: mapValues(gradients, (value) => value * factor) };
  };
