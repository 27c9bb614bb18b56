import { defineExperiment } from './_experiment.ts';
import { judgeRanking } from './judges/ranking.ts';

/** Compares all strategies, each with the same tuning budget, on an RNN, an LSTM and a GRU. */
export const leaderboard = defineExperiment({
  id: 'leaderboard',
  question: 'Which strategy is best for an RNN, an LSTM and a GRU?',
  budget:
    'Each strategy chooses among 16 settings of learning rate and threshold on the validation data, with two tuning seeds. The ' +
    'chosen setting is trained with 10 other seeds and scored on the test data.',
  grid: {
    tasks: ['temporal-order', 'char-lm', 'sentiment'],
    cells: ['rnn', 'lstm', 'gru'],
    // An LSTM does not learn the order of two symbols in these steps, and a GRU learns it with and without clipping.
    omit: ['temporal-order/lstm', 'temporal-order/gru'],
    optimizers: ['momentum'],
    learningRates: {
      'temporal-order/rnn': [0.003, 0.01, 0.05, 0.3],
      'char-lm/rnn': [0.1, 0.3, 1, 3],
      'char-lm/lstm': [1, 3, 6, 12],
      'char-lm/gru': [0.3, 1, 3, 10],
      'sentiment/rnn': [0.01, 0.03, 0.1, 0.3],
      'sentiment/lstm': [0.1, 0.3, 1, 3],
      'sentiment/gru': [0.1, 0.3, 1, 3],
    },
    strategies: [
      { id: 'none' },
      { id: 'global-norm' },
      { id: 'global-norm', options: { maxNorm: 'auto' } },
      { id: 'per-value' },
      { id: 'per-variable' },
      { id: 'per-layer' },
      { id: 'adaptive-percentile' },
      { id: 'agc' },
      { id: 'block-rms' },
      { id: 'z-clip' },
      { id: 'ada-gc' },
      { id: 'ema-ratio' },
      { id: 'quantile-tracking' },
      { id: 'soft-norm' },
      { id: 'normalize' },
      { id: 'spike-skip' },
      { id: 'norm-growth' },
      { id: 'element-spike' },
      { id: 'centralize' },
    ],
    tuning: {
      seeds: [1, 2],
      thresholds: {
        'global-norm': { maxNorm: [0.1, 0.3, 1, 3] },
        'per-value': { maxAbs: [0.003, 0.01, 0.03, 0.1] },
        'per-variable': { maxNorm: [0.03, 0.1, 0.3, 1] },
        'per-layer': { maxNorm: [0.03, 0.1, 0.3, 1] },
        'adaptive-percentile': { percentile: [10, 30, 50, 90] },
        agc: { ratio: [0.003, 0.01, 0.03, 0.1] },
        'block-rms': { maxRms: [0.001, 0.003, 0.01, 0.03] },
        'z-clip': { maxZ: [0.5, 1, 2.5, 4] },
        'ada-gc': { ratio: [1, 1.2, 1.5, 2] },
        'ema-ratio': { ratio: [0.8, 1, 1.5, 2] },
        'quantile-tracking': { quantile: [0.1, 0.3, 0.5, 0.9] },
        'soft-norm': { maxNorm: [0.1, 0.3, 1, 3] },
        normalize: { norm: [0.1, 0.3, 1, 3] },
        'spike-skip': { maxSigma: [1, 2, 4, 6] },
        'norm-growth': { ratio: [1.003, 1.01, 1.1, 1.3] },
        'element-spike': { threshold: [5, 50, 500, 5000] },
      },
    },
    primary: ['global-norm', 'per-value', 'per-variable', 'adaptive-percentile'],
    seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    steps: { 'temporal-order': 1000, 'char-lm': 250, sentiment: 300 },
    // `length` is a setting of temporal-order, `characters` of char-lm; the others are common.
    settings: { units: 32, length: 30, characters: 25, scored: 20_000 },
  },
  judge: judgeRanking,
  smoke: {
    tasks: ['char-lm'],
    cells: ['rnn'],
    learningRates: [0.1],
    seeds: [1],
    steps: 3,
    settings: { units: 4, characters: 5, scored: 1000 },
  },
});
