// A strategy as somebody outside this repository would write it: it knows `gradclip` and tfjs, and nothing else.
import { add, div, maximum, mul, scalar, type Scalar } from '@tensorflow/tfjs-core';
import { count, defineStrategy, globalNormOf, positive, scaleAll, type StrategyFactory } from 'gradclip/define';

const source = { authors: 'An outside author', year: 2026, title: 'Notes', url: 'https://example.org' };

/** Clips by global norm, with a threshold that halves every `halfLife` steps; remembers how many there were. */
export const shorterBySchedule = defineStrategy({
  id: 'shorter-by-schedule',
  title: 'Clip shorter and shorter',
  source,
  laws: { direction: 'global', idempotent: true },
  fields: {
    maxNorm: positive({ default: 4, about: 'Longest norm that passes at first.' }),
    halfLife: count({ default: 10, min: 1, about: 'Steps after which half as much passes.' }),
  },
  init: () => ({ limit: scalar(1) }),
  clip({ maxNorm, halfLife }, gradients, { limit }) {
    const longest = mul(limit, maxNorm);
    return {
      gradients: scaleAll(gradients, div(longest, maximum(globalNormOf(gradients), longest))),
      state: { limit: mul<Scalar>(limit, 0.5 ** (1 / halfLife)) },
    };
  },
});

/** What the factory below asks of its surroundings. */
export interface Journal {
  note(line: string): void;
}

/** Makes a factory whose strategies write into a journal: for injection. */
export function noting(journal: Journal): StrategyFactory {
  return defineStrategy({
    id: 'noting',
    title: 'Note each step',
    source,
    laws: { direction: 'global', idempotent: true },
    fields: {},
    init: () => ({ steps: scalar(0) }),
    clip(_options, gradients, { steps }, { step }) {
      journal.note(`step ${step}: ${Object.keys(gradients).length} gradients`);
      return { gradients, state: { steps: add<Scalar>(steps, 1) } };
    },
  }) as StrategyFactory;
}
