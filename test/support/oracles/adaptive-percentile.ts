// Seetharaman et al. (2020), Algorithm 1, with a window: the norm joins the history before the percentile is taken.
import type { AdaptivePercentileOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { layerOf, mapValues, normOf, percentileOf } from './arithmetic.ts';

export const oracle: Oracle<Required<AdaptivePercentileOptions>> = ({ percentile, window, minHistory, scope }) => {
  const groupOf = { global: () => 'all', layer: layerOf, variable: (name: string) => name }[scope];
  const histories = new Map<string, number[]>();

  return (gradients) => {
    const factors = new Map<string, number>();
    for (const group of new Set(Object.keys(gradients).map(groupOf))) {
      const members = Object.entries(gradients).filter(([name]) => groupOf(name) === group);
      const norm = normOf(members.flatMap(([, { values }]) => values));
      const history = [...(histories.get(group) ?? []), norm].slice(-window);
      histories.set(group, history);
      const limit = percentileOf(history, percentile);
      factors.set(group, history.length >= minHistory && norm > limit ? limit / norm : 1);
    }
    return { gradients: mapValues(gradients, (value, name) => value * (factors.get(groupOf(name)) ?? NaN)) };
  };
};
