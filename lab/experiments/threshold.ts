import { defineExperiment } from './_experiment.ts';
import { judgeByThreshold } from './judges/by-threshold.ts';

const fixed = [0.06, 0.25, 1, 4].map((maxNorm) => ({ id: 'global-norm', options: { maxNorm } }));

/** Measures how much the threshold matters, and whether an adaptive threshold beats a fixed one. */
export const threshold = defineExperiment({
  id: 'threshold',
  question: 'How much does the threshold matter, and does an adaptive threshold beat a fixed one?',
  budget: 'Every threshold runs at the same two learning rates of its cell with the same seeds.',
  grid: {
    tasks: ['char-lm'],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['sgd'],
    learningRates: { rnn: [1, 3], lstm: [10, 30], gru: [3, 10] },
    strategies: [
      { id: 'none' },
      ...fixed,
      { id: 'adaptive-percentile', options: { percentile: 10 } },
      { id: 'adaptive-percentile', options: { percentile: 90 } },
    ],
    seeds: [1, 2, 3],
    steps: 80,
    settings: { characters: 25 },
  },
  judge: judgeByThreshold,
  smoke: {
    cells: ['rnn'],
    learningRates: [3],
    strategies: [{ id: 'none' }, ...fixed.slice(1, 3), { id: 'adaptive-percentile' }],
    seeds: [1],
    steps: 3,
  },
});
