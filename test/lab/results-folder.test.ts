import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeRun } from '../../lab/node/execute-run.ts';
import type { SavedPlan } from '../../lab/node/saved-plan.ts';
import { ResultsFolder } from '../../lab/node/results-folder.ts';
import { toLine, type Run, type RunRecord } from '../../lab/run/record.ts';
import { runOf } from './fixtures.ts';
import { runLab } from './screen.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-folder-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = runOf({}, {});
const other = runOf({ seed: 2 }, {});
const textOf = ({ start, steps, end }: Run): string =>
  [start, ...steps, end].map((record) => `${toLine(record)}\n`).join('');

function createFolder(name: string, ...runs: readonly Run[]): { out: string; results: ResultsFolder } {
  const out = join(folder, name);
  const results = new ResultsFolder(out);
  results.assertWritable();
  for (const one of runs) results.addRun(one.start.id, textOf(one));
  return { out, results };
}

describe('a record', () => {
  it('is refused under the name of another run, so that a copy does not count twice', async () => {
    const { out } = createFolder('copied', run);
    const copy = join(out, 'runs', '0123456789abcdef.jsonl');
    copyFileSync(join(out, 'runs', `${run.start.id}.jsonl`), copy);
    const { code, err } = await runLab('report', '--out', out);
    expect([code, err]).toEqual([
      2,
      `${copy}, line 1: the file has run ${run.start.id}, which belongs in ${run.start.id}.jsonl. Move this file away to repeat the run.\n`,
    ]);
  });

  it('is refused if its configuration was edited', async () => {
    const { out } = createFolder('edited', run);
    const path = join(out, 'runs', `${run.start.id}.jsonl`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"learningRate":1', '"learningRate":3'));
    const { code, err } = await runLab('report', '--out', out);
    expect([code, err]).toEqual([
      2,
      `${path}, line 1: the configuration was changed after the run. Move this file away to repeat the run.\n`,
    ]);
  });
});

describe('a plan', () => {
  const plan = (question: string, ...runs: readonly Run[]): SavedPlan => ({
    experiment: 'quick',
    question,
    budget: '',
    command: `gradclip-lab compare # ${question}`,
    runs: runs.map(({ start }) => start.id),
  });

  it.each(['{}', '[]', 'null', '{"runs":["../../etc/passwd"]}', 'not JSON'])('of %s is refused', async (text) => {
    const { out } = createFolder('bad-plan', run);
    writeFileSync(join(out, 'plan.json'), text);
    const { code, err } = await runLab('report', '--out', out);
    expect([code, err]).toEqual([
      2,
      `${join(out, 'plan.json')} is not a plan. Delete it to report all runs in the folder.\n`,
    ]);
  });

  it('keeps its files when another comparison starts in the folder, and replaces them when it is repeated', () => {
    const { out, results } = createFolder('plans', run, other);
    const [first, second] = [plan('first', run), plan('second', other)];
    const names = (): string[] =>
      readdirSync(out)
        .filter((name) => name !== 'runs')
        .sort();
    results.startPlan(first);
    results.writePlanFile('report.html', first, 'first report');
    results.startPlan(second);
    expect(names()).toEqual([
      expect.stringMatching(/^plan-\w{8}\.json$/),
      'plan.json',
      expect.stringMatching(/^report-\w{8}\.html$/),
    ]);
    // The first comparison ends after the second has started.
    const late = results.writePlanFile('summary.json', first, 'first summary');
    expect(late).toMatch(/summary-\w{8}\.json$/);
    results.writePlanFile('report.html', second, 'second report');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe('second report');

    results.startPlan(first);
    expect(results.readPlan()).toEqual(first);
    expect(existsSync(late)).toBe(false);
    expect(names().map((name) => name.replace(/-\w{8}/, '-*'))).toEqual(['plan-*.json', 'plan.json', 'report-*.html']);
  });
});

describe('executeRun', () => {
  it('waits for a run that another program is executing instead of training it again', async () => {
    const { out, results } = createFolder('waits');
    // eslint-disable-next-line @typescript-eslint/require-await -- records come from an asynchronous source
    const records = async function* (): AsyncGenerator<RunRecord> {
      yield run.start;
      yield* run.steps;
      yield run.end;
    };
    const writer = results.writeRun(run.start.id, records());
    await writer.next();
    const job = { id: run.start.id, config: run.start.config, out };
    expect(await executeRun({ ...job, skipIfRunning: true }, () => undefined)).toBeUndefined();
    let hasEnded = false;
    const waiting = executeRun(job, () => expect.unreachable('trained')).finally(() => (hasEnded = true));
    await setTimeout(300);
    expect(hasEnded).toBe(false);
    while (!(await writer.next()).done);
    expect(await waiting).toEqual(run.end);
  });

  it('ignores a partial file whose program has ended', async () => {
    const { out, results } = createFolder('dead');
    const { hostname } = await import('node:os');
    const host = hostname().replaceAll(/[^\w-]/g, '-');
    writeFileSync(join(out, 'runs', `${run.start.id}.jsonl.${host}.4194304.00ff.part`), 'half a li');
    expect(results.isBeingWritten(run.start.id)).toBe(false);
  });

  it('saves the reason of a failure and does not throw', async () => {
    const { out, results } = createFolder('failing');
    const { id, config } = run.start;
    const failed = { type: 'failed', reason: 'The data of `char-lm` changed while it was in use.' };
    const changed = { ...config, data: 'elsewhere' };
    expect(await executeRun({ id, config: changed, out }, () => undefined)).toEqual(failed);
    expect(results.readFailure(id)).toEqual({ id, config: changed, reason: failed.reason });
    expect(readdirSync(join(out, 'runs'))).toEqual([]);
    results.addRun(id, textOf(run));
    expect(results.readFailure(id)).toBeUndefined();
  });
});
