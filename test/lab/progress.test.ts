import { describe, expect, it } from 'vitest';
import type { Job } from '../../lab/node/execute.ts';
import { Forecast } from '../../lab/node/forecast.ts';
import { progressOn } from '../../lab/node/progress.ts';
import { config } from './fixtures.ts';
import { Screen } from './screen.ts';

const jobs: Job[] = [1, 2].map((seed) => ({ id: `run-${seed}`, config: { ...config, seed, steps: 10 }, out: '' }));
const ended = { type: 'end', outcome: 'finished', metric: 3.9, steps: 10, ms: 100 } as const;

describe('the forecast', () => {
  const runs = [
    { id: 'a', kind: 'rnn', steps: 100 },
    { id: 'b', kind: 'rnn', steps: 100 },
    { id: 'c', kind: 'lstm', steps: 100 },
  ];

  it('goes by the pace in all until a run has ended, and says nothing before the first step', () => {
    const forecast = new Forecast(runs, 1);
    expect(forecast.secondsLeft(1)).toBeUndefined();
    forecast.advance('a', 50);
    expect(forecast.secondsLeft(1)).toBeCloseTo(250 / 50, 9);
    expect(forecast.progress).toEqual({ done: 50, total: 300 });
  });

  it('knows the pace of each kind of run, and takes the usual pace for others', () => {
    const forecast = new Forecast(runs, 1);
    forecast.end('a', 100, 1000);
    // 100 steps at 10 ms, and 100 of an unseen kind at the usual 20 ms: 100 steps in 2 seconds.
    expect(forecast.secondsLeft(2)).toBeCloseTo(1 + 2, 9);
    forecast.advance('b', 50);
    forecast.end('c', 100, 5000);
    expect(forecast.secondsLeft(9)).toBeCloseTo(0.5, 9);
  });

  it('shares the rest among the workers', () => {
    const forecast = new Forecast(runs.slice(0, 2), 2);
    forecast.end('a', 100, 1000);
    expect(forecast.secondsLeft(1)).toBeCloseTo(0.5, 9);
  });

  it('counts the steps a diverged run was spared as done, but not as taken', () => {
    const forecast = new Forecast(runs, 1);
    forecast.end('a', 12, 120);
    expect(forecast.progress).toEqual({ done: 100, total: 300 });
    expect([forecast.stepsTaken, forecast.runsEnded]).toEqual([12, 1]);
  });
});

describe('progress', () => {
  it('is a plain line for each run where there is no terminal', () => {
    const screen = new Screen();
    const progress = progressOn(screen, jobs, 1);
    progress.onSteps(jobs[0] as Job, 5);
    progress.onEnd(jobs[0] as Job, ended);
    progress.onEnd(jobs[1] as Job, { ...ended, outcome: 'diverged', divergedAt: 4, steps: 5 });
    progress.stop();
    const [first, second, rest] = screen.text.split('\n');
    expect(first).toMatch(/^1\/2 runs, \d+ steps\/s, 0:00 left: rnn none rate 1 seed 1: 3\.90$/);
    expect(second).toMatch(/^2\/2 runs, .*: rnn none rate 1 seed 2: diverged at step 4$/);
    expect(rest).toBe('');
  });

  it('is a bar of less than 80 columns on a terminal, with rate and time left', () => {
    const screen = Object.assign(new Screen(true), {
      columns: 80,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    });
    const progress = progressOn(screen, jobs, 1);
    progress.onEnd(jobs[0] as Job, ended);
    progress.stop();
    // eslint-disable-next-line no-control-regex -- the codes of the terminal are what must not be counted
    const frames = screen.text.split(/\u001B\[[?\d;]*[A-Za-z]|[\r\n]/).filter((frame) => frame.includes('%'));
    expect(frames.at(-1)).toMatch(/^█+░+ 50 % \| 1\/2 runs \| \d+ steps\/s \| 0:00 left$/);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(80);
  });
});
