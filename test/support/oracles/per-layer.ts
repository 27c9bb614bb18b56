// McMahan et al. (2018), section 2: clips each layer by the norm of all its variables.
import type { PerLayerOptions } from 'gradclip/strategies';
import type { Oracle } from 'gradclip/testing';
import { layerOf, mapValues, normOf } from './arithmetic.ts';

export const oracle: Oracle<Required<PerLayerOptions>> =
  ({ maxNorm, layers, ord }) =>
  (gradients) => {
    const factors = new Map<string, number>();
    for (const layer of new Set(Object.keys(gradients).map(layerOf))) {
      const members = Object.entries(gradients).filter(([name]) => layerOf(name) === layer);
      const norm = normOf(
        members.flatMap(([, { values }]) => values),
        ord,
      );
      // The tests only use globs that are a name, or a name with a star at its end.
      const own = Object.entries(layers).find(([glob]) =>
        glob.endsWith('*') ? layer.startsWith(glob.slice(0, -1)) : layer === glob,
      );
      const limit = own === undefined ? maxNorm : own[1];
      factors.set(layer, norm > limit ? limit / norm : 1);
    }
    return { gradients: mapValues(gradients, (value, name) => value * (factors.get(layerOf(name)) ?? NaN)) };
  };
