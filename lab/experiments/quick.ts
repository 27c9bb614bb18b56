import { defineExperiment } from './_experiment.ts';
import { judgeEffects } from './judges/effects.ts';

/** A first overview: whether clipping helps an RNN, an LSTM and a GRU that read a novel. */
export const quick = defineExperiment({
  id: 'quick',
  question: 'Does clipping help an RNN, an LSTM and a GRU that learn to predict the next character of a novel?',
  budget:
    'Each strategy chooses among the same 8 learning rates on the validation data, with three tuning seeds; its threshold ' +
    'is fixed (global-norm at 0.25, adaptive-percentile at percentile 10). The chosen rate is trained with 8 other seeds ' +
    'and scored on the test data.',
  grid: {
    tasks: ['char-lm'],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['sgd'],
    learningRates: {
      rnn: [0.1, 0.16, 0.26, 0.43, 0.7, 1.1, 1.8, 3],
      lstm: [1, 1.6, 2.6, 4.3, 7, 11, 18, 30],
      gru: [0.3, 0.5, 0.8, 1.3, 2.2, 3.6, 6, 10],
    },
    strategies: [
      { id: 'none' },
      { id: 'global-norm', options: { maxNorm: 0.25 } },
      { id: 'adaptive-percentile', options: { percentile: 10 } },
    ],
    // With one seed, a strategy chooses rates at which it diverges with others.
    tuning: { seeds: [1, 2, 3] },
    seeds: [1, 2, 3, 4, 5, 6, 7, 8],
    steps: 120,
    // 20,000 characters are scored in a fraction of the time of training.
    settings: { characters: 40, scored: 20_000 },
  },
  judge: judgeEffects,
  smoke: {
    cells: ['rnn'],
    learningRates: [1],
    seeds: [1],
    steps: 3,
    settings: { units: 8, characters: 10, scored: 1000 },
  },
});
