import { defineExperiment } from './_experiment.ts';
import { judgeAlternatives } from './judges/alternatives.ts';

/** Compares clipping with other remedies, alone and combined. */
export const alternatives = defineExperiment({
  id: 'alternatives',
  question:
    'How does clipping compare with other remedies: initialization, regularization, residual connections and clipping inside BPTT?',
  budget:
    'With and without clipping, each cell chooses among 10 settings of learning rate and threshold on the validation data, with one ' +
    'tuning seed. The chosen setting is trained with 8 other seeds and scored on the test data.',
  grid: {
    tasks: ['char-lm', 'temporal-order'],
    cells: ['rnn', 'rnn-small', 'irnn', 'rnn-l2', 'rnn-bptt', 'rnn-stack', 'rnn-residual'],
    optimizers: ['sgd'],
    learningRates: { 'char-lm': [0.1, 0.3, 1, 3, 10], 'temporal-order': [0.01, 0.03, 0.1, 0.3, 1] },
    strategies: [{ id: 'none' }, { id: 'global-norm' }],
    tuning: { seeds: [1], thresholds: { 'global-norm': { maxNorm: [0.25, 1] } } },
    seeds: [1, 2, 3, 4, 5, 6, 7, 8],
    steps: 1000,
    solvedEvery: 100,
    settings: { characters: 25, length: 40, scored: 20_000 },
  },
  judge: judgeAlternatives,
  smoke: {
    tasks: ['temporal-order'],
    learningRates: [0.1],
    seeds: [1],
    steps: 2,
    settings: { length: 10, units: 8 },
  },
});
