// Andrew and others (2019), section 2, with one norm per step: clips at c, then moves c.
import type { QuantileTrackingOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { mapValues, normOf, valuesOf } from './arithmetic.ts';

export const oracle: Oracle<Required<QuantileTrackingOptions>> = ({ quantile, rate, initial, update, min, max }) => {
  let c = initial;
  return (gradients) => {
    if (Object.keys(gradients).length === 0) return { gradients };
    const norm = normOf(valuesOf(gradients));
    const factor = norm > c ? c / norm : 1;
    // When norm and c are nearly equal, float32 may compare them differently and move c the other way.
    const margin = Math.abs(norm - c) / Math.max(norm, c);
    const move = rate * ((norm <= c ? 1 : 0) - quantile);
    c = update === 'geometric' ? c * Math.exp(-move) : c - move;
    c = Math.max(min ?? 0, Math.min(max ?? Infinity, c));
    return { gradients: mapValues(gradients, (value) => value * factor), margin };
  };
};
