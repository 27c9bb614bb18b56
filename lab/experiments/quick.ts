import { defineExperiment } from './_experiment.ts';
import { judgeEffects } from './judges/effects.ts';

/** A first overview: whether clipping helps, for which cell, and at which learning rate. */
export const quick = defineExperiment({
  id: 'quick',
  question: 'Does clipping help an RNN, an LSTM and a GRU that learn to predict the next character of a novel?',
  budget:
    'Every strategy runs at the same learning rates with the same seeds, in one configuration. The norm threshold 0.25 was ' +
    'compared with 0.5 once; nothing else was tuned.',
  grid: {
    tasks: ['char-lm'],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['sgd'],
    learningRates: { rnn: [0.3, 1, 3], lstm: [3, 10, 30], gru: [1, 3, 10] },
    strategies: [
      { id: 'none' },
      { id: 'global-norm', options: { maxNorm: 0.25 } },
      { id: 'per-value', options: { maxAbs: 0.01 } },
      { id: 'per-variable', options: { maxNorm: 0.25 } },
      { id: 'per-layer', options: { maxNorm: 0.25 } },
      { id: 'adaptive-percentile', options: { percentile: 10 } },
    ],
    seeds: [1, 2, 3],
    steps: 80,
    settings: { characters: 40 },
  },
  judge: judgeEffects,
  smoke: { cells: ['rnn'], learningRates: [3], seeds: [1], steps: 3 },
});
