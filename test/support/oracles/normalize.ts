// Bu and others (2022), AUTO-S: g · s / (‖g‖ + γ).
import type { NormalizeOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues, normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<NormalizeOptions>> =
  ({ norm, gamma }) =>
  (gradients) => {
    const length = normOf(valuesOf(gradients)) + gamma;
    return { gradients: mapValues(gradients, (value) => (value === 0 ? 0 : (value / length) * norm)) };
  };
