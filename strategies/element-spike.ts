import { scalar, zerosLike, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  add,
  clampToRms,
  count,
  decay,
  defineStrategy,
  greaterEqual,
  minimum,
  nonNegative,
  where,
  type NamedTensors,
  type OptionsOf,
} from 'gradclip/define';

/**
 * Clips elements that are far larger than before to a multiple of their own root mean square.
 *
 *     ĝᵢ = sign(gᵢ) · √(θ·vᵢ) where gᵢ² > θ·vᵢ, else gᵢ;   vᵢ ← β·vᵢ + (1 − β)·ĝᵢ²
 *
 * θ is `threshold` and β is `decay`. At the default threshold of 5000, the limit is √5000, about 71 times the usual
 * magnitude, so only spikes are clipped. The first `warmup` steps only update v, which starts at 0 without bias
 * correction. The state is as large as the variables.
 *
 * Unlike the paper: v belongs to the strategy and not to Adam, so any optimizer works. The default clips from step 21;
 * the authors' program clips from step 20, which is `warmup: 19`. An element that was always 0 is not clipped, because a
 * limit of 0 would keep it at 0 forever. The state holds √v, because v overflows float32.
 *
 * @throws ClippingError `bad-option` when `threshold` is negative or NaN, `decay` is outside [0, 1), or `warmup` is not
 *   a whole number of at least 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { elementSpike } from 'gradclip/strategies';
 *
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), elementSpike({ threshold: 1000, warmup: 50 }));
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Adaptive
 */
export const elementSpike = defineStrategy({
  id: 'element-spike',
  title: 'Clip spiking elements',
  laws: { direction: 'none', idempotent: true },
  fields: {
    threshold: nonNegative({
      default: 5000,
      about: 'Largest square of an element, as a multiple of its mean square; Infinity changes nothing.',
    }),
    decay: decay({ default: 0.999, about: 'How much of the old mean square is kept each step.' }),
    warmup: count({ default: 20, about: 'Number of first steps, which are not clipped and only set the mean square.' }),
  },

  init: (_options, parameters) => {
    const roots = Object.entries(parameters).map(([variable, tensor]) => [`root/${variable}`, zerosLike(tensor)]);
    return { seen: scalar(0), ...Object.fromEntries(roots) } as State;
  },

  clip({ threshold, decay, warmup }, gradients, state) {
    const reach: Scalar = where(greaterEqual(state.seen, warmup), Math.sqrt(threshold), Infinity);
    const clipped: Record<string, Tensor> = {};
    const next: Record<string, Tensor> & State = { ...state, seen: minimum(add(state.seen, 1), warmup) };
    for (const [variable, gradient] of Object.entries(gradients)) {
      const root = state[`root/${variable}`] as Tensor;
      const { clamped, rms } = clampToRms(gradient, root, reach, decay);
      clipped[variable] = clamped;
      next[`root/${variable}`] = rms;
    }
    return { gradients: clipped, state: next };
  },

  source: {
    authors: 'Huang, Zhu, Jin, Liu, Wang & Liu',
    year: 2025,
    title: 'SPAM: spike-aware Adam with momentum reset for stable LLM training',
    url: 'https://arxiv.org/abs/2501.06842',
  },
});

/**
 * The options of {@link elementSpike}.
 *
 * @category Adaptive
 */
export type ElementSpikeOptions = OptionsOf<typeof elementSpike.fields>;

type State = NamedTensors & { readonly seen: Scalar };
