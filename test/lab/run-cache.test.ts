import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('ignores a damaged file and replaces it', () => {
    const results = createFolder('damaged');
    writeFileSync(join(results.path, '.runs-cache'), 'not a cache');
    expect(plain(readRuns(results, ids))).toEqual(runs);
    const read = vi.spyOn(results, 'readRun');
    readRuns(results, ids);
    expect(read).not.toHaveBeenCalled();
  });
});
