import { defineExperiment } from './_experiment.ts';
import { judgeRegret } from './judges/regret.ts';
import { leaderboard } from './leaderboard.ts';

const { grid } = leaderboard;

/** Compares thresholds that are measured in the first steps with the best of a grid, on the networks of `leaderboard`. */
export const suggested = defineExperiment({
  id: 'suggested',
  question: 'How good is a threshold that is measured in the first 50 steps, compared with the best of a grid?',
  budget:
    'Each strategy chooses among 16 settings on the validation data, with two tuning seeds: 4 thresholds × 4 learning rates for ' +
    '`global-norm`, 16 learning rates for thresholds that are measured. The chosen setting is trained with 10 other seeds and scored on ' +
    'the test data. Runs that `leaderboard` has in the same folder are not repeated.',
  grid: {
    ...grid,
    strategies: [
      { id: 'none' },
      { id: 'global-norm' },
      { id: 'global-norm', options: { maxNorm: 'auto' } },
      { id: 'global-norm', options: { maxNorm: { kind: 'measured', steps: 50, percentile: 50 } } },
      { id: 'global-norm', options: { maxNorm: { kind: 'measured', steps: 50, percentile: 10 } } },
    ],
    primary: ['global-norm'],
  },
  judge: judgeRegret,
  smoke: leaderboard.smoke,
});
