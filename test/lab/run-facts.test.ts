import { describe, expect, it } from 'vitest';
import { digestRun } from '../../lab/analysis/digest.ts';
import type { Archive } from '../../lab/results-page/archive.ts';
import { createResultsPages } from '../../lab/results-page/page.ts';
import {
  countSharedRuns,
  describeTraining,
  describeUnequalTuning,
  formatSeeds,
  totalOf,
} from '../../lab/results-page/run-facts.ts';
import type { RunConfig } from '../../lab/run/run-config.ts';
import { environment, runOf } from './fixtures.ts';

function archiveOf(experiment: string, configs: readonly Partial<RunConfig>[], seconds = configs.length): Archive {
  const head = {
    type: 'kept',
    version: 2,
    experiment,
    command: 'x',
    date: '2026-01-31',
    seconds,
    environment,
  } as const;
  return { head, digests: configs.map((config) => digestRun(runOf(config, { score: 3 }))) };
}

const clipping = { id: 'global-norm', options: { maxNorm: 1 } };

describe('runs that two experiments share', () => {
  const first = archiveOf('leaderboard', [{ seed: 1 }, { seed: 2 }, { seed: 3 }], 3600);
  const second = archiveOf('suggested', [{ seed: 2 }, { seed: 3 }, { seed: 4 }, { seed: 5 }], 7200);

  it('count once in the total of runs and hours', () => {
    expect(totalOf([first, second])).toEqual({ runs: 5, seconds: 7200 });
    const [page] = createResultsPages([first, second], { conclusions: '', method: '', cost: '' });
    expect(page?.text).toContain('the records of 5 training runs in `lab/results`, 2.0 hours of training');
  });

  it('belong to the first one', () => {
    const shared = countSharedRuns([first, second]);
    expect(shared.get(first)).toEqual([]);
    expect(shared.get(second)).toEqual([{ experiment: 'leaderboard', runs: 2 }]);
    const pages = createResultsPages([first, second], { conclusions: '', method: '', cost: '' });
    const method = pages.find(({ path }) => path === 'results-method.md')?.text;
    expect(method).toContain('- 3 runs (0 diverged); seeds');
    expect(method).toContain('- 4 runs (0 diverged), 2 of them from `leaderboard`; seeds');
  });
});

describe('the training of an experiment', () => {
  it('names the optimizers, and steps and units of the scored runs', () => {
    const configs = [
      { task: 'char-lm', optimizer: 'sgd', steps: 120, settings: { units: 64 } },
      { task: 'char-lm', optimizer: 'sgd', steps: 30, settings: { units: 64 }, tuning: true },
    ] as const;
    expect(describeTraining(archiveOf('quick', configs))).toBe('Optimizer sgd; 120 steps; 64 units.');
    const other = { task: 'sentiment', optimizer: 'adam', steps: 1000, settings: { units: 32 } } as const;
    expect(describeTraining(archiveOf('quick', [...configs, other]))).toBe(
      'Optimizer sgd and adam; 120 (`char-lm`) and 1,000 (`sentiment`) steps; 32 and 64 units.',
    );
  });
});

describe('seeds', () => {
  it.each([
    [[1, 2, 3, 4], '1 to 4'],
    [[3, 1, 2], '1 to 3'],
    [[1, 2], '1 and 2'],
    [[1, 2, 4], '1, 2 and 4'],
    [[7], '7'],
  ])('%j are shown as %s', (seeds, text) => {
    expect(formatSeeds(seeds)).toBe(text);
  });
});

describe('unequal tuning', () => {
  const tuned = (strategy: RunConfig['strategy'], rates: readonly number[]): Partial<RunConfig>[] =>
    rates.map((learningRate) => ({ strategy, learningRate, tuning: true }));
  const none = { id: 'none', options: {} };

  it('is stated, with the number of learning rates of each strategy', () => {
    const other = { id: 'per-value', options: { maxAbs: 1 } };
    const runs = [...tuned(none, [1, 2, 3]), ...tuned(clipping, [1, 3]), ...tuned(other, [1, 3])];
    expect(describeUnequalTuning(archiveOf('converged', runs))).toEqual([
      'Not all strategies tried the same learning rates in tuning: 3 (`none`) and 2 (`global-norm` and `per-value`). ' +
        'These runs are older than the present tuning rule.',
    ]);
  });

  it('is not stated if the thresholds of a strategy share the rates among them, or if nothing was tuned', () => {
    const shared = [1, 2, 3, 4].map((learningRate) => ({
      strategy: { id: 'global-norm', options: { maxNorm: learningRate % 2 } },
      learningRate,
      tuning: true as const,
    }));
    expect(describeUnequalTuning(archiveOf('converged', [...tuned(none, [1, 2, 3, 4]), ...shared]))).toEqual([]);
    expect(describeUnequalTuning(archiveOf('converged', [{ learningRate: 1 }, { strategy: clipping }]))).toEqual([]);
  });
});
