import { defineExperiment } from './_experiment.ts';
import { judgeConvergence } from './judges/convergence.ts';

/** Asks whether clipping changes the final score and the generalization of networks that are trained to convergence. */
export const converged = defineExperiment({
  id: 'converged',
  question: 'Does clipping change the final score of an LSTM and a GRU, and how well they generalize?',
  budget:
    'Each strategy chooses among 6 settings of learning rate and threshold on the validation data, with two tuning seeds. The chosen ' +
    'setting is trained with 8 other seeds until the learning rate, which falls linearly, reaches zero; the weights with the best ' +
    'validation score are scored on the test data.',
  grid: {
    tasks: ['char-lm'],
    cells: ['lstm', 'gru'],
    optimizers: ['adam'],
    learningRates: [0.003, 0.01, 0.03],
    strategies: [{ id: 'none' }, { id: 'global-norm' }, { id: 'per-value' }, { id: 'adaptive-percentile' }],
    tuning: {
      seeds: [1, 2],
      steps: 800,
      thresholds: {
        'global-norm': { maxNorm: [0.25, 1] },
        'per-value': { maxAbs: [0.01, 0.1] },
        'adaptive-percentile': { percentile: [10, 50] },
      },
    },
    seeds: [1, 2, 3, 4, 5, 6, 7, 8],
    steps: 4000,
    anneal: true,
    keepBestEvery: 500,
    settings: { units: 128, characters: 25 },
  },
  judge: judgeConvergence,
  smoke: {
    cells: ['gru'],
    learningRates: [0.01],
    seeds: [1],
    steps: 4,
    keepBestEvery: 2,
    settings: { units: 8, characters: 10, scored: 1000 },
  },
});
