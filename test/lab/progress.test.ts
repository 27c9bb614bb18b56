import { describe, expect, it } from 'vitest';
import type { Job } from '../../lab/node/execute-run.ts';
import { TimeEstimate } from '../../lab/node/time-estimate.ts';
import { showProgress } from '../../lab/node/progress.ts';
import { config } from './fixtures.ts';
import { Screen } from './screen.ts';

const jobs: Job[] = [1, 2].map((seed) => ({ id: `run-${seed}`, config: { ...config, seed, steps: 10 }, out: '' }));
const ended = {
  type: 'end',
  outcome: 'finished',
  validation: 3.8,
  test: 3.9,
  testError: 0.1,
  steps: 10,
  ms: 100,
} as const;

describe('the time estimate', () => {
  const runs = [
    { id: 'a', kind: 'rnn', steps: 100 },
    { id: 'b', kind: 'rnn', steps: 100 },
    { id: 'c', kind: 'lstm', steps: 100 },
  ];

  it('uses the overall pace until a run has ended and is undefined before the first step', () => {
    const estimate = new TimeEstimate(runs, 1);
    expect(estimate.secondsLeft(1)).toBeUndefined();
    estimate.advance('a', 50);
    expect(estimate.secondsLeft(1)).toBeCloseTo(250 / 50, 9);
    expect(estimate.progress).toEqual({ done: 50, total: 300 });
  });

  it('uses the pace of each kind of run and the overall pace for unseen kinds', () => {
    const estimate = new TimeEstimate(runs, 1);
    estimate.end('a', 100, 1000);
    // 100 steps at 10 ms, and 100 of an unseen kind at the overall 20 ms: 100 steps in 2 seconds.
    expect(estimate.secondsLeft(2)).toBeCloseTo(1 + 2, 9);
    estimate.advance('b', 50);
    estimate.end('c', 100, 5000);
    expect(estimate.secondsLeft(9)).toBeCloseTo(0.5, 9);
  });

  it('divides the remaining time by the number of workers', () => {
    const estimate = new TimeEstimate(runs.slice(0, 2), 2);
    estimate.end('a', 100, 1000);
    expect(estimate.secondsLeft(1)).toBeCloseTo(0.5, 9);
  });

  it('counts the steps that a diverged run skipped as done but not as taken', () => {
    const estimate = new TimeEstimate(runs, 1);
    estimate.end('a', 12, 120);
    expect(estimate.progress).toEqual({ done: 100, total: 300 });
    expect([estimate.stepsTaken, estimate.finishedRuns]).toEqual([12, 1]);
  });
});

describe('progress', () => {
  it('prints one line per run if the stream is not a terminal', () => {
    const screen = new Screen();
    const progress = showProgress(screen, jobs, 1);
    progress.onSteps(jobs[0] as Job, 5);
    progress.onEnd(jobs[0] as Job, ended);
    progress.onEnd(jobs[1] as Job, { ...ended, outcome: 'diverged', divergedAt: 4, steps: 5 });
    progress.stop();
    const [first, second, rest] = screen.text.split('\n');
    expect(first).toMatch(/^1\/2 runs, \d+ steps\/s, 0:00 left: rnn none rate 1 seed 1: 3\.90$/);
    expect(second).toMatch(/^2\/2 runs, .*: rnn none rate 1 seed 2: diverged at step 4$/);
    expect(rest).toBe('');
  });

  it('shows a bar of less than 80 columns on a terminal, with the rate and the time left', () => {
    const screen = Object.assign(new Screen(true), {
      columns: 80,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    });
    const progress = showProgress(screen, jobs, 1);
    progress.onEnd(jobs[0] as Job, ended);
    progress.stop();
    // eslint-disable-next-line no-control-regex -- terminal escape codes have no width
    const frames = screen.text.split(/\u001B\[[?\d;]*[A-Za-z]|[\r\n]/).filter((frame) => frame.includes('%'));
    expect(frames.at(-1)).toMatch(/^█+░+ 50 % \| 1\/2 runs \| \d+ steps\/s \| 0:00 left$/);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(80);
  });
});
