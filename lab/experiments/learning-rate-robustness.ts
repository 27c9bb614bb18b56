import { defineExperiment } from './_experiment.ts';
import { judgeByRate } from './judges/by-rate.ts';

/** Counts the learning rates at which a network trains, with and without clipping. */
export const learningRateRobustness = defineExperiment({
  id: 'learning-rate-robustness',
  question: 'Over how wide a range of learning rates does a network train well, with and without clipping?',
  budget:
    'Every strategy runs at the same six learning rates with the same seeds, in one configuration that was not tuned.',
  grid: {
    tasks: ['char-lm'],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['sgd'],
    learningRates: [0.3, 1, 3, 10, 30, 100],
    strategies: [
      { id: 'none' },
      { id: 'global-norm', options: { maxNorm: 0.25 } },
      { id: 'adaptive-percentile', options: { percentile: 10 } },
    ],
    seeds: [1, 2, 3],
    steps: 80,
    settings: { characters: 25 },
  },
  judge: judgeByRate,
  smoke: {
    cells: ['rnn'],
    learningRates: [1, 30],
    strategies: [{ id: 'none' }, { id: 'global-norm' }],
    seeds: [1],
    steps: 3,
  },
});
