import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ResultsFolder } from '../../lab/node/results-folder.ts';
import { readRuns } from '../../lab/node/run-cache.ts';
import { toLine, type Run } from '../../lab/run/record.ts';
import { runOf, stepLine } from './fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-cache-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const steps = [
  stepLine(0, { threshold: 0.25, clipped: true }),
  stepLine(1, { loss: NaN, normBefore: Infinity, skipped: true }),
  stepLine(2, { threshold: NaN, ms: 0.1 }),
];
const runs = [
  runOf({}, {}, steps),
  runOf({ seed: 2 }, { outcome: 'diverged', divergedAt: 0, score: NaN }, [stepLine(0)]),
];
const ids = runs.map(({ start }) => start.id);

function createFolder(name: string): ResultsFolder {
  const results = new ResultsFolder(join(folder, name));
  results.assertWritable();
  for (const run of runs) results.addRun(run.start.id, textOf(run));
  return results;
}

const textOf = ({ start, steps: lines, end }: Run): string =>
  [start, ...lines, end].map((record) => `${toLine(record)}\n`).join('');
const plain = (some: readonly Run[]): unknown =>
  some.map(({ start, steps: lines, end }) => ({ start, steps: lines, end }));

describe('the cache of runs', () => {
  it('returns the same runs as the records, with NaN, infinities and missing thresholds', () => {
    const results = createFolder('same');
    expect(plain(readRuns(results, ids))).toEqual(runs);
    expect(plain(readRuns(results, ids))).toEqual(runs);
  });

  it('reads a record again only after it changed', () => {
    const results = createFolder('again');
    readRuns(results, ids);
    const read = vi.spyOn(results, 'readRun');
    readRuns(results, ids);
    expect(read).not.toHaveBeenCalled();
    const path = join(results.path, 'runs', `${ids[0]}.jsonl`);
    utimesSync(path, new Date(), new Date(statSync(path).mtimeMs + 1000));
    expect(plain(readRuns(results, ids))).toEqual(runs);
    expect(read.mock.calls).toEqual([[ids[0]]]);
  });

  it('reads steps from the record if another program has replaced the cache', () => {
    const results = createFolder('replaced');
    const [first] = readRuns(results, ids);
    rmSync(join(results.path, '.runs-cache'));
    readRuns(results, [ids[1]!]);
    expect(first!.steps).toEqual(steps);
  });

  it('keeps the runs in memory if it cannot be written', () => {
    const results = createFolder('unwritable');
    // A folder in its place cannot be replaced by a file.
    mkdirSync(join(results.path, '.runs-cache'));
    expect(plain(readRuns(results, ids))).toEqual(runs);
  });

  it('takes less than 8 kB of memory and 3 ms for a run of 150 steps that was read before', async () => {
    const results = new ResultsFolder(join(folder, 'many'));
    results.assertWritable();
    const lines = Array.from({ length: 150 }, (_, step) => stepLine(step, { loss: 4 + 1 / (step + 1) }));
    const many = Array.from({ length: 100 }, (_, seed) => runOf({ seed, steps: 150 }, {}, lines));
    for (const run of many) results.addRun(run.start.id, textOf(run));
    const manyIds = many.map(({ start }) => start.id);
    readRuns(results, manyIds);
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    collectGarbage();
    const [memory, time] = [process.memoryUsage(), process.cpuUsage()];
    const again = readRuns(results, manyIds);
    const norms = again.flatMap(({ steps: own }) => own.map(({ normBefore }) => normBefore));
    const { user } = process.cpuUsage(time);
    expect(norms).toHaveLength(100 * 150);
    expect(user / 1000 / 100).toBeLessThan(3);
    norms.length = 0;
    collectGarbage();
    // Buffers are freed after their garbage is found.
    await setTimeout(50);
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    expect(again).toHaveLength(100);
    expect((heapUsed + external - memory.heapUsed - memory.external) / 100).toBeLessThan(8000);
  });

  it('ignores a damaged file and replaces it', () => {
    const results = createFolder('damaged');
    writeFileSync(join(results.path, '.runs-cache'), 'not a cache');
    expect(plain(readRuns(results, ids))).toEqual(runs);
    const read = vi.spyOn(results, 'readRun');
    readRuns(results, ids);
    expect(read).not.toHaveBeenCalled();
  });
});
