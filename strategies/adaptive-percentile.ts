import { type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import {
  choice,
  count,
  defineStrategy,
  gather,
  greaterEqual,
  groupNormsOf,
  layerAmong,
  limitFactors,
  numberedLayers,
  percentile,
  percentileOf,
  scaleEach,
  stack,
  where,
  type NamedTensors,
  type OptionsOf,
} from 'gradclip/define';
import { emptyHistory, pushValue, type History } from './_history.ts';

/**
 * Clips at a percentile of the norms of the latest steps, so the threshold follows the gradients.
 *
 *     cₜ = percentileₚ(‖gₜ₋ₙ₊₁‖, …, ‖gₜ‖),   ĝ = g · min(1, cₜ / ‖gₜ‖)
 *
 * p is `percentile` and n is `window`; the current step counts among the latest. `percentile` 90 clips the largest
 * tenth. The paper's value of 10 clips nine steps in ten and nearly normalizes them. The norm is that of all gradients,
 * or of each layer or variable, each with its own history.
 *
 * Unlike the paper: a window replaces the whole past, so that the state is bounded and early norms are forgotten.
 *
 * @throws ClippingError `bad-option` when `percentile` is neither 0 nor from 1 to 100, `window` is not a whole number
 *   from 1 to 4000, or `minHistory` is not a whole number of at least 1.
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
  laws: { direction: 'global', idempotent: false },
  fields: {
    percentile: percentile({
      default: 90,
      about: 'Percentile of the latest norms at which to clip: 0, or from 1 to 100.',
    }),
    window: count({
      default: 1000,
      min: 1,
      // A device compares every norm with every other one: 64 MB at 4000.
      max: 4000,
      sizesState: true,
      about: 'Number of norms kept, at most 4000.',
    }),
    minHistory: count({
      default: 1,
      min: 1,
      about: 'Number of the first step that can be clipped, counted from 1.',
    }),
    scope: choice(['global', 'layer', 'variable'], {
      default: 'global',
      about: 'What has its own history of norms: all gradients together, each layer, or each variable.',
    }),
  },

  init({ window, scope }, parameters) {
    const variables = Object.keys(parameters);
    const groups = new Set(variables.map(groupOf(scope, numberedLayers(variables))));
    return Object.assign({}, ...[...groups].map((group) => stateOf(group, emptyHistory(window)))) as NamedTensors;
  },

  clip({ percentile, minHistory, scope }, gradients, state) {
    const { groups, indices, norms } = groupNormsOf(gradients, groupOf(scope, layersIn(state)));
    const next = { ...state };
    const factors = groups.map((group, index) => {
      const norm = gather(norms, index);
      const history = pushValue(historyOf(group, state), norm);
      Object.assign(next, stateOf(group, history));
      const limit = percentileOf(history.values, history.filled, percentile);
      return where<Scalar>(greaterEqual(history.filled, minHistory), limitFactors(norm, limit), 1);
    });
    const perVariable = gather(stack(factors), indices);
    return { gradients: scaleEach(gradients, perVariable), state: next };
  },

  source: {
    authors: 'Seetharaman, Wichern, Pardo & Le Roux',
    year: 2020,
    title: 'AutoClip: adaptive gradient clipping for source separation networks',
    url: 'https://arxiv.org/abs/2007.14469',
    section: 'Algorithm 1',
  },
});

/**
 * The options of {@link adaptivePercentile}.
 *
 * @category Adaptive
 */
export type AdaptivePercentileOptions = OptionsOf<typeof adaptivePercentile.fields>;

type Layers = Pick<ReadonlySet<string>, 'has'>;

function groupOf(scope: 'global' | 'layer' | 'variable', layers: Layers): (variable: string) => string {
  if (scope === 'global') return () => 'global';
  return (variable) => (scope === 'layer' ? layerAmong(variable, layers) : variable);
}

// A step may lack the gradients by which `init` told two layers of one name apart, but the state has both.
function layersIn(state: NamedTensors): Layers {
  return { has: (layer) => `values/${layer}` in state };
}

function stateOf(group: string, history: History): NamedTensors {
  return Object.fromEntries(Object.entries(history).map(([name, tensor]) => [`${name}/${group}`, tensor]));
}

function historyOf(group: string, state: NamedTensors): History {
  const part = (name: keyof History): NamedTensors[string] | undefined => state[`${name}/${group}`];
  return { values: part('values') as Tensor1D, filled: part('filled') as Scalar, next: part('next') as Scalar };
}
