import type { Tensor } from '@tensorflow/tfjs-core';
import {
  assertGlobsMatch,
  clipUnits,
  defineStrategy,
  integers,
  mapTensors,
  matchesVariable,
  names,
  optional,
  positive,
  threshold,
  type OptionsOf,
} from 'gradclip/define';
import { allAxes, presentAxes } from './_axes.ts';

/**
 * Clips the gradient of each unit in proportion to the norm of its weights.
 *
 *     ĝᵤ = gᵤ · min(1, λ · max(‖wᵤ‖₂, ε) / ‖gᵤ‖₂)   for every unit u
 *
 * λ is `ratio` and ε is `floor`. No step then changes the weights of a unit by too large a share. A unit is one index of
 * the last axis: a column of a kernel [in, units], a filter of a convolution [height, width, in, filters], one unit of
 * one gate in a fused LSTM kernel. A row of an embedding and a depthwise filter are also units; both are recognized by
 * the names that tfjs gives them. Vectors, scalars and kernels with one axis longer than 1, such as [1, units], are
 * clipped as a whole.
 *
 * @throws ClippingError `bad-option` when an option is out of range, or, at the first step, when a glob in `exclude` matches
 *   no variable, not even a frozen one; the message lists the variables.
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
  laws: { direction: 'unit', idempotent: true },
  fields: {
    ratio: threshold({
      default: 0.01,
      about:
        "Largest norm of a unit's gradient, as a share of the norm of its weights; 0 gives zeros, Infinity changes nothing.",
    }),
    floor: positive({
      default: 1e-3,
      about: 'A smaller norm of weights counts as this, so that zero weights can learn.',
    }),
    axes: optional(
      integers({
        default: [],
        about:
          'Axes along which to take the norm, negative ones counted from the end; if not set, chosen by shape and name.',
      }),
    ),
    exclude: names({ default: [], about: 'Variables that pass unclipped, by name or glob, such as the output layer.' }),
  },

  init({ exclude }, parameters) {
    const names = Object.keys(parameters);
    assertGlobsMatch('agc({ exclude })', exclude, { noun: 'variable', names, matches: matchesVariable });
    return {};
  },

  clip({ ratio, floor, axes, exclude }, gradients, state, { parameters }) {
    const clipped = mapTensors(gradients, (gradient, variable) => {
      const weights = parameters[variable];
      if (weights === undefined || exclude.some((glob) => matchesVariable(glob, variable))) return gradient;
      const reduced = axes === null ? axesOf(variable, gradient) : presentAxes(axes, gradient);
      return clipUnits(gradient, weights, reduced, { ratio, floor });
    });
    return { gradients: clipped, state };
  },

  source: {
    authors: 'Brock, De, Smith & Simonyan',
    year: 2021,
    title: 'High-performance large-scale image recognition without normalization',
    url: 'https://arxiv.org/abs/2102.06171',
    section: 'section 4',
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

function axesOf(variable: string, { rank, shape }: Tensor): number[] {
  const all = allAxes(rank);
  // As the authors squeeze it: a kernel [1, units] is one vector.
  if (shape.filter((size) => size !== 1).length <= 1) return all;
  if (rank === 2 && EMBEDDINGS.test(variable)) return [1];
  // Shape [height, width, in, multiplier]: each input channel has its own filters.
  if (rank === 4 && DEPTHWISE.test(variable)) return [0, 1];
  return all.slice(0, -1);
}
