import { defineExperiment } from './_experiment.ts';
import { judgeRegret } from './judges/regret.ts';
import { leaderboard } from './leaderboard.ts';

const { grid } = leaderboard;

/** Compares thresholds that are measured in the first steps with the best of a grid, on the networks of `leaderboard`. */
export const suggested = defineExperiment({
  id: 'suggested',
  question: 'How good is a threshold that is measured in the first 50 steps, compared with the best of a grid?',
  budget:
    'Each strategy chooses among 16 learning rates on the validation data, with two tuning seeds. `global-norm` tries each of four ' +
    'thresholds at every fourth of these rates; the measured thresholds need no tuning. The chosen setting is trained with 10 other seeds ' +
    'and scored on the test data. Runs that `leaderboard` has in the same folder are not repeated.',
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
