// A strategy as an outside author would write it, with only `gradclip` and tfjs.
import { add, div, maximum, mul, scalar, type Scalar } from '@tensorflow/tfjs-core';
import { count, defineStrategy, globalNormOf, positive, scaleAll, type StrategyFactory } from 'gradclip/define';

/** Clips by global norm, with a threshold that halves every `halfLife` steps. */
export const shorterBySchedule = defineStrategy({
  id: 'shorter-by-schedule',
  title: 'Clip with a falling threshold',
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxNorm: positive({ default: 4, about: 'Initial threshold.' }),
    halfLife: count({ default: 10, min: 1, about: 'Steps until the threshold halves.' }),
  },
  init: () => ({ limit: scalar(1) }),
  clip({ maxNorm, halfLife }, gradients, { limit }) {
    const threshold = mul(limit, maxNorm);
    return {
      gradients: scaleAll(gradients, div(threshold, maximum(globalNormOf(gradients), threshold))),
      state: { limit: mul<Scalar>(limit, 0.5 ** (1 / halfLife)) },
    };
  },
});

/** The service that the factory below needs. */
export interface Journal {
  note(line: string): void;
}

/** Creates a factory whose strategies write into an injected journal. */
export function noting(journal: Journal): StrategyFactory {
  return defineStrategy({
    id: 'noting',
    title: 'Note each step',
    laws: { direction: 'global', idempotent: true },
    fields: {},
    init: () => ({ steps: scalar(0) }),
    clip(_options, gradients, { steps }, { step }) {
      journal.note(`step ${step}: ${Object.keys(gradients).length} gradients`);
      return { gradients, state: { steps: add<Scalar>(steps, 1) } };
    },
  }) as StrategyFactory;
}
