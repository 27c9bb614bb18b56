import { defineExperiment } from './_experiment.ts';
import { judgeEffects } from './judges/effects.ts';

/** Compares clipping with other remedies, alone and combined. */
export const alternatives = defineExperiment({
  id: 'alternatives',
  question:
    'How does clipping compare with other remedies: initialization, regularization, residual connections and clipping inside BPTT?',
  budget: 'Every cell runs with and without clipping at the same five learning rates with the same seeds.',
  grid: {
    tasks: ['char-lm', 'temporal-order'],
    cells: ['rnn', 'rnn-small', 'irnn', 'rnn-l2', 'rnn-bptt', 'rnn-stack', 'rnn-residual'],
    optimizers: ['sgd'],
    learningRates: { 'char-lm': [0.1, 0.3, 1, 3, 10], 'temporal-order': [0.01, 0.03, 0.1, 0.3, 1] },
    strategies: [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: 0.25 } }],
    seeds: [1, 2, 3],
    steps: { 'char-lm': 80, 'temporal-order': 600 },
    solvedEvery: 100,
    settings: { characters: 25, length: 40 },
  },
  judge: judgeEffects,
  smoke: {
    tasks: ['temporal-order'],
    learningRates: [0.1],
    seeds: [1],
    steps: 2,
    settings: { length: 10, units: 8 },
  },
});
