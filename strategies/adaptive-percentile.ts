/**
 * Clip at a percentile of past norms (AutoClip).
 *
 * Keeps the norms of the latest steps, this one included, and takes a percentile of them as the threshold:
 *
 *     cₜ = percentileₚ(‖g₁‖, …, ‖gₜ‖),   ĝ = g · min(1, cₜ / ‖gₜ‖)
 *
 * Source: Seetharaman, Wichern, Pardo & Le Roux (2020), Algorithm 1. https://arxiv.org/abs/2007.14469
 *
 * Unlike the paper: a window instead of the whole past, so that memory is bounded and early norms are forgotten.
 *
 * @module
 */

import {
  gather,
  greaterEqual,
  scalar,
  stack,
  tensor1d,
  where,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import {
  between,
  choice,
  count,
  defineStrategy,
  groupNormsOf,
  layerOf,
  limitFactors,
  percentileOf,
  scaleEach,
  type NamedTensors,
  type OptionsOf,
} from 'gradclip/define';
import { emptyHistory, withValue, type History } from './_history.ts';

/**
 * Clips at a percentile of the norms of the latest steps, so the threshold follows the gradients.
 *
 * `percentile` 90 trims the longest tenth; the paper's 10 shortens nine steps of ten and comes near to
 * normalising. The norm is that of all gradients, or of each layer or variable with a history of its own.
 *
 * @throws ClippingError `bad-option` when `percentile` is not from 0 to 100, or `window` or `minHistory` is no
 *   whole number of at least 1.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { adaptivePercentile } from 'gradclip/strategies';
 *
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), adaptivePercentile({ percentile: 90, window: 200 }));
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Adaptive
 */
export const adaptivePercentile = defineStrategy({
  id: 'adaptive-percentile',
  title: 'Clip at a percentile of past norms',
  source: {
    authors: 'Seetharaman, Wichern, Pardo & Le Roux',
    year: 2020,
    title: 'AutoClip: adaptive gradient clipping for source separation networks',
    url: 'https://arxiv.org/abs/2007.14469',
    section: 'Algorithm 1',
  },
  laws: { direction: 'global', idempotent: false },
  fields: {
    percentile: between({ default: 90, min: 0, max: 100, about: 'Percentile of the past norms taken as threshold.' }),
    window: count({ default: 1000, min: 1, max: 100_000, sizesMemory: true, about: 'Steps remembered.' }),
    minHistory: count({
      default: 1,
      min: 1,
      about: 'Steps to see before the first may be clipped, this one included.',
    }),
    scope: choice(['global', 'layer', 'variable'], { default: 'global', about: 'Whose norm has a history.' }),
  },

  init({ window, scope }, parameters) {
    const groups = new Set(Object.keys(parameters).map(groupingBy(scope)));
    return Object.assign({}, ...[...groups].map((group) => filed(group, emptyHistory(window)))) as NamedTensors;
  },

  clip({ percentile, minHistory, scope }, gradients, state) {
    const { groups, indices, norms } = groupNormsOf(gradients, groupingBy(scope));
    const after = { ...state };
    const factors = groups.map((group, place) => {
      const norm = gather(norms, place) as Tensor as Scalar;
      const history = withValue(historyOf(group, state), norm);
      Object.assign(after, filed(group, history));
      const limit = percentileOf(history.values, history.filled, percentile);
      return where(greaterEqual(history.filled, minHistory), limitFactors(norm, limit), scalar(1));
    });
    if (factors.length === 0) return { gradients, state };
    const each = gather(stack(factors) as Tensor1D, tensor1d([...indices], 'int32'));
    return { gradients: scaleEach(gradients, each), state: after };
  },
});

/**
 * The options of {@link adaptivePercentile}.
 *
 * @category Adaptive
 */
export type AdaptivePercentileOptions = OptionsOf<typeof adaptivePercentile.fields>;

function groupingBy(scope: 'global' | 'layer' | 'variable'): (variable: string) => string {
  if (scope === 'global') return () => 'global';
  return scope === 'layer' ? layerOf : (variable) => variable;
}

function filed(group: string, history: History): NamedTensors {
  return Object.fromEntries(Object.entries(history).map(([name, tensor]) => [`${name}/${group}`, tensor]));
}

function historyOf(group: string, state: NamedTensors): History {
  const part = (name: keyof History): NamedTensors[string] | undefined => state[`${name}/${group}`];
  return { values: part('values') as Tensor1D, filled: part('filled') as Scalar, next: part('next') as Scalar };
}
