import { setTimeout } from 'node:timers/promises';
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

  it('is unknown before the first pace and then follows the runs in progress', () => {
    const estimate = new TimeEstimate(runs, 1);
    expect(estimate.secondsLeft(1)).toBeUndefined();
    estimate.advance('a', 10, 1);
    expect(estimate.secondsLeft(1)).toBeUndefined();
    estimate.advance('a', 50, 5);
    // 40 steps in 4 seconds.
    expect(estimate.secondsLeft(5)).toBeCloseTo(250 / 10, 9);
    expect(estimate.progress).toEqual({ done: 50, total: 300 });
  });

  it('starts from the expected pace of each kind of run and replaces it by the measured one', () => {
    const expected = new Map([
      ['rnn', 10],
      ['lstm', 30],
    ]);
    const estimate = new TimeEstimate(runs, 1, expected);
    expect(estimate.secondsLeft(0)).toBeCloseTo(2 + 3, 9);
    estimate.end('a', 100, 1000);
    estimate.end('b', 100, 1000);
    estimate.end('c', 100, 6000);
    expect(estimate.secondsLeft(8)).toBe(0);
  });

  it('divides the remaining time by the runs at a time', () => {
    const estimate = new TimeEstimate(runs.slice(0, 2), 16, new Map([['rnn', 10]]));
    expect(estimate.secondsLeft(0)).toBeCloseTo(1, 9);
  });

  it('moves steadily when the pace turns out to be half of what was expected', () => {
    const estimate = new TimeEstimate(runs, 1, new Map([...['rnn', 'lstm'].map((kind) => [kind, 1000] as const)]));
    const shown = [estimate.secondsLeft(0) ?? NaN];
    for (let elapsed = 2; elapsed <= 100; elapsed += 2) {
      estimate.advance('a', elapsed / 2, elapsed);
      shown.push(estimate.secondsLeft(elapsed) ?? NaN);
    }
    const changes = shown.slice(1).map((left, index) => left / (shown[index] ?? NaN));
    expect(shown[0]).toBeCloseTo(300, 9);
    expect(shown.at(-1)).toBeGreaterThan(350);
    expect(Math.max(...changes)).toBeLessThan(1.1);
    expect(Math.min(...changes)).toBeGreaterThan(0.9);
  });

  it('counts the steps that a diverged or failed run skipped as done', () => {
    const estimate = new TimeEstimate(runs, 1);
    estimate.end('a', 12, 120);
    estimate.fail('b');
    expect(estimate.progress).toEqual({ done: 200, total: 300 });
    expect(estimate.finishedRuns).toBe(2);
  });
});

describe('progress', () => {
  it('prints one line per run if the stream is not a terminal', () => {
    const screen = new Screen();
    const progress = showProgress(screen, jobs, 1);
    progress.onSteps(jobs[0] as Job, 5);
    progress.onEnd(jobs[0] as Job, ended);
    progress.onEnd(jobs[1] as Job, { ...ended, outcome: 'diverged', divergedAt: 4, steps: 5 });
    progress.onFailure(jobs[1] as Job, 'out of memory');
    progress.stop();
    const [first, second, third, rest] = screen.text.split('\n');
    expect(first).toMatch(/^1\/2 runs, 0:00 left: rnn none rate 1 seed 1: 3\.90$/);
    expect(second).toMatch(/^2\/2 runs, .*: rnn none rate 1 seed 2: diverged at step 4$/);
    expect(third).toBe('rnn none rate 1 seed 2 failed: out of memory');
    expect(rest).toBe('');
  });

  it('shows a bar of less than 80 columns on a terminal, with the time left and the latest result', async () => {
    const screen = Object.assign(new Screen(true), {
      columns: 80,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    });
    const progress = showProgress(screen, jobs, 1);
    progress.onEnd(jobs[0] as Job, ended);
    progress.log('Redis is away.');
    // The bar is drawn ten times a second.
    await setTimeout(150);
    progress.stop();
    // eslint-disable-next-line no-control-regex -- terminal escape codes have no width
    const lines = screen.text.split(/\u001B\[[?\d;]*[A-Za-z]|[\r\n]/);
    const bars = lines.filter((line) => line.includes('%'));
    expect(bars.at(-1)).toMatch(/^█+░+ 50 % \| 1\/2 runs \| 0:00 left$/);
    expect(lines).toContain('Latest: rnn none rate 1 seed 1: 3.90');
    expect(lines).toContain('Redis is away.');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });
});
