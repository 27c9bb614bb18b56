import { defineExperiment } from './_experiment.ts';
import { judgeByLength } from './judges/by-length.ts';

/**
 * Measures how long a dependency a network can learn, with and without clipping.
 *
 * After Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", section 4.1 and
 * figure 7: 50 hidden units, batches of 20, solved below 1 % errors, threshold 1. The paper uses lengths of 50 to 250, up to
 * 5 million updates at one learning rate, and three initializations. This experiment uses lengths of 20 to 100, at most
 * 10,000 updates, a learning rate that each side chooses among four, and two initializations. The paper's third one is
 * sparse; `rnn-radius` is dense with the same spectral radius.
 */
export const temporalOrderLength = defineExperiment({
  id: 'temporal-order-length',
  question: 'Does clipping lengthen the dependencies that a simple recurrent network can learn?',
  budget:
    'With `global-norm({ maxNorm: 1 })` and without clipping, each network chooses among four learning rates on the validation data, with two tuning seeds and at most 2,500 steps. The ' +
    'chosen rate is trained with 8 other seeds for at most 10,000 steps.',
  grid: {
    tasks: ['temporal-order'],
    cells: ['rnn-small', 'rnn-radius'],
    optimizers: ['sgd'],
    learningRates: [0.01, 0.03, 0.1, 0.3],
    tuning: { seeds: [1, 2], steps: 2500 },
    strategies: [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: 1 } }],
    seeds: [1, 2, 3, 4, 5, 6, 7, 8],
    steps: 10_000,
    solvedEvery: 100,
    settings: [20, 40, 70, 100].map((length) => ({ length })),
  },
  judge: judgeByLength,
  smoke: {
    cells: ['rnn-radius'],
    learningRates: [0.1],
    seeds: [1],
    steps: 4,
    solvedEvery: 2,
    settings: [{ length: 10 }, { length: 12 }],
  },
});
