import { defineExperiment } from './_experiment.ts';
import { judgeEffects } from './judges/effects.ts';

/** A first overview: whether clipping helps an RNN, an LSTM and a GRU that read a novel. */
export const quick = defineExperiment({
  id: 'quick',
  question: 'Does clipping help an RNN, an LSTM and a GRU that learn to predict the next character of a novel?',
  budget:
    'Each strategy chooses among 8 settings of learning rate and threshold on the validation data, with three tuning seeds. The ' +
    'chosen setting is trained with 8 other seeds and scored on the test data.',
  grid: {
    tasks: ['char-lm'],
    cells: ['rnn', 'lstm', 'gru'],
    optimizers: ['sgd'],
    learningRates: { rnn: [0.1, 0.3, 1, 3], lstm: [1, 3, 10, 30], gru: [0.3, 1, 3, 10] },
    strategies: [{ id: 'none' }, { id: 'global-norm' }, { id: 'adaptive-percentile' }],
    tuning: {
      // With one seed, a strategy chooses rates at which it diverges with others.
      seeds: [1, 2, 3],
      thresholds: { 'global-norm': { maxNorm: [0.25, 1] }, 'adaptive-percentile': { percentile: [10, 50] } },
    },
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
