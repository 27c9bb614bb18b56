import { defineExperiment } from './_experiment.ts';
import { judgeRegret } from './judges/regret.ts';
import { leaderboard } from './leaderboard.ts';

const { grid } = leaderboard;

/** Compares thresholds that are measured in the first steps with tuned ones, on the networks of `leaderboard`. */
export const suggested = defineExperiment({
  id: 'suggested',
  question: 'Is a threshold that is measured in the first 50 steps as good as a tuned one?',
  budget:
    'Each strategy chooses among 16 learning rates on the validation data, with two tuning seeds. `global-norm` tries each of four ' +
    'thresholds at every fourth of these rates; the measured thresholds need no tuning. The chosen setting is trained with 10 other seeds ' +
    'and scored on the test data. Runs of `leaderboard` are reused.',
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
