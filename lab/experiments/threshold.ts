import { defineExperiment } from '../experiment.ts';
import { byThreshold } from '../judge/by-threshold.ts';

const fixed = [0.03, 0.1, 0.25, 0.5, 1, 2, 4].map((maxNorm) => ({ id: 'global-norm', options: { maxNorm } }));

/** How much does the threshold matter, and does one that adapts beat one that is fixed? */
export const threshold = defineExperiment({
  id: 'threshold',
  question: 'How much does the threshold matter, and does a strategy that chooses it by itself beat a fixed one?',
  budget: 'Every setting is tried at the same three learning rates of its cell with the same seeds.',
  grid: {
    tasks: ['char-lm'],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['sgd'],
    learningRates: { rnn: [1, 3, 10], lstm: [3, 10, 30], gru: [3, 10, 30] },
    strategies: [
      { id: 'none' },
      ...fixed,
      { id: 'adaptive-percentile', options: { percentile: 10 } },
      { id: 'adaptive-percentile', options: { percentile: 50 } },
      { id: 'adaptive-percentile', options: { percentile: 90 } },
      { id: 'z-clip' },
    ],
    seeds: [1, 2, 3],
    steps: 80,
    settings: { characters: 25 },
  },
  judge: byThreshold,
  smoke: {
    cells: ['rnn'],
    learningRates: [3],
    strategies: [{ id: 'none' }, ...fixed.slice(2, 4), { id: 'adaptive-percentile' }],
    seeds: [1],
    steps: 3,
  },
});
