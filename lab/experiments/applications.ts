import { defineExperiment } from './_experiment.ts';
import { judgeEffects } from './judges/effects.ts';

/** Finds the tasks on which clipping helps with Adam. */
export const applications = defineExperiment({
  id: 'applications',
  question: 'On which tasks does clipping help with Adam, the most common optimizer?',
  budget:
    'Every strategy runs at the same two learning rates with the same seeds, in one configuration that was not tuned.',
  grid: {
    tasks: [
      'char-lm',
      'translation',
      'sentiment',
      'speech',
      'stocks',
      'weather',
      'temporal-order',
      'adding',
      'copy-memory',
    ],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['adam'],
    learningRates: [0.01, 0.03],
    strategies: [
      { id: 'none' },
      { id: 'global-norm', options: { maxNorm: 1 } },
      { id: 'adaptive-percentile', options: { percentile: 50 } },
    ],
    seeds: [1, 2, 3],
    steps: 120,
    settings: { characters: 25, length: 20, blank: 5 },
  },
  judge: judgeEffects,
  smoke: {
    tasks: ['weather', 'adding'],
    cells: ['rnn'],
    learningRates: [0.01],
    strategies: [{ id: 'none' }, { id: 'global-norm' }],
    seeds: [1],
    steps: 3,
  },
});
