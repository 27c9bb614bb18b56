/**
 * Adaptive gradient clipping (AGC).
 *
 * Clips the gradient of each unit in proportion to its weights, so that no step changes them by too large a share:
 *
 *     ĝᵤ = gᵤ · min(1, λ · max(‖wᵤ‖₂, ε) / ‖gᵤ‖₂)   for every unit u
 *
 * Source: Brock, De, Smith & Simonyan (2021), section 4. https://arxiv.org/abs/2102.06171
 *
 * @module
 */

import { maximum, mul, type Tensor } from '@tensorflow/tfjs-core';
import {
  ClippingError,
  defineStrategy,
  integers,
  limitFactors,
  mapTensors,
  matchesVariable,
  names,
  normAlong,
  optional,
  positive,
  multiplyBroadcast,
  threshold,
  type OptionsOf,
} from 'gradclip/define';
import { allAxes, presentAxes } from './_axes.ts';

/**
 * Clips the gradient of each unit to a share of the norm of the unit's weights.
 *
 * A unit is what tfjs keeps at one place of the last axis: a column of a kernel [in, units], a filter of a convolution
 * [height, width, in, filters], a gate's unit in a fused LSTM kernel. A row of an embedding is a unit, as is a
 * depthwise filter, both known by the names tfjs gives them; vectors and scalars are taken whole.
 *
 * @throws ClippingError `bad-option` when `ratio` is negative or NaN, `floor` is not finite and greater than 0, or, at
 *   the first step, when a glob in `exclude` fits none of the variables, which the message then lists.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { agc } from 'gradclip/strategies';
 *
 * const strategy = agc({ ratio: 0.02, exclude: ['output'] });
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), strategy);
 * console.log(optimizer.strategy.options);
 * ```
 *
 * @category Adaptive
 */
export const agc = defineStrategy({
  id: 'agc',
  title: 'Adaptive gradient clipping',
  source: {
    authors: 'Brock, De, Smith & Simonyan',
    year: 2021,
    title: 'High-performance large-scale image recognition without normalization',
    url: 'https://arxiv.org/abs/2102.06171',
    section: 'section 4',
  },
  laws: { direction: 'unit', idempotent: true },
  thresholds: ['ratio'],
  fields: {
    ratio: threshold({ default: 0.01, about: 'Largest ‖gᵤ‖ as a share of ‖wᵤ‖ (λ).' }),
    floor: positive({ default: 1e-3, about: 'Least ‖wᵤ‖ reckoned with, so that zero weights can learn (ε).' }),
    axes: optional(integers({ default: [], about: 'Axes over which a norm is taken; by layout where not set.' })),
    exclude: names({ default: [], about: 'Variables that pass unclipped, by name or glob; the output layer, say.' }),
  },

  init({ exclude }, parameters) {
    const present = Object.keys(parameters);
    for (const glob of exclude) {
      if (present.some((variable) => matchesVariable(glob, variable))) continue;
      throw new ClippingError(
        'bad-option',
        `\`agc({ exclude })\` names \`${glob}\`, which fits no variable; there are ${present.join(', ')}.`,
      );
    }
    return {};
  },

  clip({ ratio, floor, axes, exclude }, gradients, state, { parameters }) {
    const clipped = mapTensors(gradients, (gradient, variable) => {
      const weights = parameters[variable];
      if (weights === undefined || exclude.some((glob) => matchesVariable(glob, variable))) return gradient;
      const along = axes === null ? axesOf(variable, gradient) : presentAxes(axes, gradient);
      const limits = mul(ratio, maximum(normAlong(weights, along), floor));
      return multiplyBroadcast(gradient, limitFactors(normAlong(gradient, along), limits));
    });
    return { gradients: clipped, state };
  },
});

/**
 * The options of {@link agc}.
 *
 * @category Adaptive
 */
export type AgcOptions = OptionsOf<typeof agc.fields>;

// tfjs appends a number to a name that is taken.
const EMBEDDINGS = /(^|\/)embeddings(_\d+)?$/;
const DEPTHWISE = /(^|\/)depthwise_kernel(_\d+)?$/;

function axesOf(variable: string, { rank }: Tensor): number[] {
  const all = allAxes(rank);
  if (rank <= 1) return all;
  if (rank === 2 && EMBEDDINGS.test(variable)) return [1];
  // [height, width, in, multiplier]: each input channel has filters of its own.
  if (rank === 4 && DEPTHWISE.test(variable)) return [0, 1];
  return all.slice(0, -1);
}
