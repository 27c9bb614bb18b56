import { describe, expect, it } from 'vitest';
import { readRun, toLine, type RunRecord } from '../../lab/run/record.ts';
import { runId, sha256 } from '../../lab/run/run-config.ts';
import { config, runOf, stepLine } from './fixtures.ts';

function textOf(records: readonly RunRecord[]): string {
  return records.map((record) => `${toLine(record)}\n`).join('');
}

describe('records', () => {
  const { start, end } = runOf({}, {});

  it('are the same after writing and reading', () => {
    const steps = [stepLine(0, { threshold: 0.25, clipped: true }), stepLine(1)];
    const whole = { start, steps, end: { ...end, steps: 2 } };
    expect(readRun(textOf([start, ...steps, whole.end]))).toEqual(whole);
  });

  it('keep NaN and infinities, which JSON cannot express', () => {
    const steps = [stepLine(0, { loss: NaN, normBefore: Infinity })];
    const read = readRun(textOf([start, ...steps, { ...end, steps: 1, test: -Infinity }]));
    expect(read?.steps).toEqual(steps);
    expect(read?.end.test).toBe(-Infinity);
  });

  it('return no run if the end is missing', () => {
    expect(readRun(textOf([start, stepLine(0)]))).toBeUndefined();
    expect(readRun('')).toBeUndefined();
  });

  it.each([
    { about: 'is truncated', at: 2, line: '{"type":"step","st', says: 'line 2: not valid JSON' },
    {
      about: 'has an unknown type',
      at: 3,
      line: '{"type":"pause"}',
      says: 'line 3: expected a `start`, `step` or `end` record',
    },
    { about: 'is null', at: 2, line: 'null', says: 'line 2: expected a `start`, `step` or `end` record' },
    {
      about: 'has a string instead of a number',
      at: 2,
      line: '{"type":"step","step":0,"loss":"high"}',
      says: 'line 2: `loss` must be a number; received "high"',
    },
    { about: 'has the wrong step', at: 3, line: toLine(stepLine(7)), says: 'line 3: expected step 1, found step 7' },
    {
      about: 'ends a run that lacks steps',
      at: 4,
      line: toLine({ ...end, steps: 3 }),
      says: 'line 4: the run has 3 steps, but the file contains 2',
    },
    {
      about: 'has a type that is a property of every object',
      at: 3,
      line: '{"type":"constructor"}',
      says: 'line 3: expected a `start`, `step` or `end` record',
    },
    {
      about: 'lacks a part of its configuration',
      at: 1,
      line: toLine(start).replace('"id":"none"', '"name":"none"'),
      says: 'line 1: `config.strategy.id` is missing',
    },
    {
      about: 'has an unknown outcome',
      at: 4,
      line: toLine(end).replace('finished', 'stopped'),
      says: 'line 4: `outcome` must be "finished" or "diverged"; received "stopped"',
    },
    {
      about: 'has a later version',
      at: 1,
      line: toLine(start).replace('"version":2', '"version":3'),
      says: 'line 1: version 3; this program reads version 2',
    },
  ])('report the number of a line that $about', ({ at, line, says }) => {
    const lines = textOf([start, stepLine(0), stepLine(1), end]).split('\n');
    lines[at - 1] = line;
    expect(() => readRun(lines.join('\n'))).toThrow(says);
  });
});

describe('the id of a run', () => {
  it('depends on the configuration, not on the order of its keys', async () => {
    const { task, seed, ...rest } = config;
    expect(await runId({ seed, ...rest, task })).toBe(await runId(config));
    expect(await runId(JSON.parse(JSON.stringify(config)) as typeof config)).toBe(await runId(config));
  });

  it('changes with every part of the configuration', async () => {
    const changes = [{ seed: 2 }, { steps: 4 }, { learningRate: 1.5 }, { strategy: { id: 'none', options: { a: 1 } } }];
    const ids = await Promise.all([{}, ...changes].map((change) => runId({ ...config, ...change })));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('stays the same between releases, so that finished runs are not repeated', async () => {
    const canonical =
      '{"backend":"wasm","cell":"rnn","data":"moby-dick","learningRate":1,"optimizer":"sgd","seed":1,' +
      '"settings":{"batch":2,"characters":5,"units":4},"steps":3,"strategy":{"id":"none","options":{}},"task":"char-lm"}';
    expect(await runId(config)).toBe((await sha256(canonical)).slice(0, 16));
    expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
