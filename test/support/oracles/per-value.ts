// Mikolov (2012), section 3.2.2: clamps each element between two bounds.
import type { PerValueOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues } from './arithmetic.ts';

export const oracle: Oracle<Required<PerValueOptions>> =
  ({ maxAbs, min, max }) =>
  (gradients) => {
    const low = maxAbs === null ? (min ?? NaN) : -maxAbs;
    const high = maxAbs === null ? (max ?? NaN) : maxAbs;
    return { gradients: mapValues(gradients, (value) => Math.min(Math.max(value, low), high)) };
  };
