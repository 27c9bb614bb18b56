import { defineExperiment } from './_experiment.ts';
import { judgeByLength } from './judges/by-length.ts';

/**
 * Measures how long a dependency a network can learn, with and without clipping.
 *
 * After Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", section 4.1 and
 * figure 7: 50 hidden units, batches of 20, three initializations, solved below 1 % errors, threshold 1. The
 * paper uses lengths of 50 to 250 and up to 5 million updates at one learning rate. This experiment uses shorter
 * lengths, at most 1500 updates, and the best of three learning rates for each side. The paper's third initialization
 * is sparse; this one is dense with the same spectral radius.
 */
export const temporalOrderLength = defineExperiment({
  id: 'temporal-order-length',
  question: 'Does clipping lengthen the dependencies that a simple recurrent network can learn?',
  budget:
    'Training with and without clipping has the same three learning rates, the same seeds and at most 1500 steps.',
  grid: {
    tasks: ['temporal-order'],
    cells: ['rnn-sigmoid', 'rnn-small', 'rnn-radius'],
    optimizers: ['sgd'],
    learningRates: [0.03, 0.1, 0.3],
    strategies: [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: 1 } }],
    seeds: [1, 2, 3],
    steps: 1500,
    solvedEvery: 100,
    settings: [10, 20, 30, 40].map((length) => ({ length })),
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
