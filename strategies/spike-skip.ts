import { cast, log1p, scalar, type Scalar } from '@tensorflow/tfjs-core';
import {
  add,
  between,
  decay,
  defineStrategy,
  div,
  globalNormOf,
  greater,
  logicalAnd,
  maximum,
  minimum,
  mul,
  nonNegative,
  positive,
  where,
  type OptionsOf,
} from 'gradclip/define';
import { addWithShare } from './_moments.ts';

/**
 * Skips steps whose norm is far above its running mean, and changes no other step.
 *
 *     x = ln(1 + max(‖g‖₂, floor));   skip where x > μ + k·σ and w > minWeight
 *     w ← β·w + 1 − β;   μ and σ: weighted by β from step to step, of the values min(x, μ + k·σ)
 *
 * k is `maxSigma` and β is `decay`. The state holds the mean μ and the standard deviation σ of x, and the total weight w
 * of the values that it has seen. A skipped step leaves the weights and the inner optimizer's state unchanged. Zero
 * gradients would not: momentum would still move the weights. Values above the limit are capped before they enter the
 * statistics.
 *
 * Unlike the implementation in Lingvo: values are capped only when w is above `minWeight`. Lingvo caps from the first
 * step, when all statistics are 0, so they rise slowly and ordinary steps are skipped.
 *
 * @throws ClippingError `bad-option` when `maxSigma` is negative or NaN, `decay` is outside [0, 1), `floor` is not
 *   finite and greater than 0, or `minWeight` is outside [0, 1].
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipOptimizer } from 'gradclip';
 * import { globalNorm, spikeSkip } from 'gradclip/strategies';
 * import { chain } from 'gradclip';
 *
 * const strategy = chain(spikeSkip({ maxSigma: 4 }), globalNorm({ maxNorm: 1 }));
 * const optimizer = clipOptimizer(tf.train.adam(1e-3), strategy);
 * console.log(optimizer.strategy.id);
 * ```
 *
 * @category Adaptive
 */
export const spikeSkip = defineStrategy({
  id: 'spike-skip',
  title: 'Skip steps whose norm spikes',
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxSigma: nonNegative({
      default: 4,
      about: 'Norms up to this many deviations above the mean pass; Infinity skips nothing.',
    }),
    decay: decay({ default: 0.995, about: 'How much of the old statistics is kept each step.' }),
    floor: positive({ default: 0.01, about: 'A smaller ‖g‖ counts as this.' }),
    minWeight: between({
      default: 0.75,
      min: 0,
      max: 1,
      about:
        'How full the statistics must be before a step can be skipped, 0 to 1: 0.75 takes 277 steps at decay 0.995.',
    }),
  },

  init: () => ({ weight: scalar(0), mean: scalar(0), deviation: scalar(0) }),

  clip({ maxSigma, decay, floor, minWeight }, gradients, state) {
    const value: Scalar = log1p(maximum(globalNormOf(gradients), floor));
    const cap: Scalar = add(state.mean, mul(maximum(state.deviation, LEAST_DEVIATION), maxSigma));
    const isSpike: Scalar = logicalAnd(greater(value, cap), greater(state.weight, minWeight));

    const weight = add(mul(state.weight, decay), 1 - decay) as Scalar;
    const moments = addWithShare(state, where(isSpike, minimum(value, cap), value), div(1 - decay, weight));
    return { gradients, state: { weight, ...moments }, skip: cast(isSpike, 'float32') };
  },

  source: {
    authors: 'Chen, Firat, Bapna and others',
    year: 2018,
    title: 'The best of both worlds: combining recent advances in neural machine translation',
    url: 'https://arxiv.org/abs/1804.09849',
  },
});

/**
 * The options of {@link spikeSkip}.
 *
 * @category Adaptive
 */
export type SpikeSkipOptions = OptionsOf<typeof spikeSkip.fields>;

// On the logarithm: norms that differ by less than 0.1 % count as equal, as in Lingvo.
const LEAST_DEVIATION = 1e-3;
