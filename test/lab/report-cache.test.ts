import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { updateReport } from '../../lab/node/report-cache.ts';
import { ResultsFolder } from '../../lab/node/results-folder.ts';
import type { SavedPlan } from '../../lab/node/saved-plan.ts';
import { toLine } from '../../lab/run/record.ts';
import { runOf, stepLine } from './fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-report-cache-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const runs = [1, 2, 3].map((seed) => runOf({ seed }, {}, [stepLine(0)]));
const [first, second, missing] = runs.map(({ start }) => start.id) as [string, string, string];
const plan: SavedPlan = {
  experiment: 'quick',
  question: 'Does it help?',
  budget: '',
  command: '',
  runs: [first, second, missing],
};

/** A folder with two of three runs and their report. */
function createFolder(name: string) {
  const results = new ResultsFolder(join(folder, name));
  results.assertWritable();
  for (const { start, steps, end } of runs.slice(0, 2)) {
    results.addRun(start.id, [start, ...steps, end].map((record) => `${toLine(record)}\n`).join(''));
  }
  const report = updateReport(results, plan);
  // Old, so that a rewritten file has another time.
  const age = (): void => utimesSync(join(results.path, 'report.html'), new Date(0), new Date(0));
  return { results, report, age };
}

const reportTime = ({ path }: ResultsFolder): number => statSync(join(path, 'report.html')).mtimeMs;

describe('an updated report', () => {
  it('is not written again and reads no run if nothing has changed', () => {
    const { results, report } = createFolder('same');
    const before = reportTime(results);
    const [write, read] = [vi.spyOn(results, 'writePlanFile'), vi.spyOn(results, 'readRun')];
    expect(updateReport(results, plan)).toEqual(report);
    expect(report.summary).toContain('"experiment": "quick"');
    expect([write, read].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(reportTime(results)).toBe(before);
  });

  it.each([
    {
      about: 'a run',
      change: ({ path }: ResultsFolder) => utimesSync(join(path, 'runs', `${first}.jsonl`), new Date(0), new Date(0)),
    },
    {
      about: 'a failure',
      change: (results: ResultsFolder) =>
        results.writeFailure({ id: missing, config: runs[2]!.start.config, reason: 'no' }),
    },
    { about: 'the summary', change: ({ path }: ResultsFolder) => rmSync(join(path, 'summary.json')) },
    { about: 'the page', change: ({ path }: ResultsFolder) => writeFileSync(join(path, 'report.html'), '') },
    { about: 'the cache', change: ({ path }: ResultsFolder) => writeFileSync(join(path, '.report-cache'), '{}') },
  ])('is written again after a change of $about', ({ about, change }) => {
    const { results, age } = createFolder(about);
    change(results);
    const write = vi.spyOn(results, 'writePlanFile');
    updateReport(results, plan);
    expect(write.mock.calls.map(([name]) => name)).toEqual(['summary.json', 'report.html']);
    age();
    updateReport(results, plan);
    expect(reportTime(results)).toBeGreaterThan(0);
  });

  it('is written again for another plan', () => {
    const { results } = createFolder('plan');
    const { summary } = updateReport(results, { ...plan, runs: [first] });
    expect(JSON.parse(summary)).toMatchObject({ rows: [{ seeds: [1] }] });
  });

  it('is written although the cache cannot be', () => {
    const { results, report } = createFolder('no-cache');
    rmSync(join(results.path, '.report-cache'));
    mkdirSync(join(results.path, '.report-cache'));
    expect(updateReport(results, plan)).toEqual(report);
  });
});
