// Zhang, He, Sra & Jadbabaie (2020), their second form: g · c / (c + ‖g‖), with the limits c = 0 and c = ∞ written out.
import type { SoftNormOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues, normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<SoftNormOptions>> =
  ({ maxNorm }) =>
  (gradients) => {
    const norm = normOf(valuesOf(gradients));
    const factor = norm === 0 || maxNorm === Infinity ? 1 : maxNorm / (maxNorm + norm);
    return { gradients: mapValues(gradients, (value) => value * factor) };
  };
