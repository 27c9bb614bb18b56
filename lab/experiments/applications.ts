import { defineExperiment } from './_experiment.ts';
import { effects } from './judges/effects.ts';

/** Where does clipping help with the optimizer that most people use? */
export const applications = defineExperiment({
  id: 'applications',
  question: 'On which applications does clipping help, under the optimizer that most people use?',
  budget:
    'Every strategy is tried at the same two learning rates with the same seeds, at one setting that was not tuned.',
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
  judge: effects,
  smoke: {
    tasks: ['weather', 'adding'],
    cells: ['rnn'],
    learningRates: [0.01],
    strategies: [{ id: 'none' }, { id: 'global-norm' }],
    seeds: [1],
    steps: 3,
  },
});
