import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLab, type BuiltLab } from '../../lab/built.ts';

let lab: BuiltLab;
let folder: string;
beforeAll(async () => {
  lab = await buildLab();
  folder = mkdtempSync(join(tmpdir(), 'gradclip-threads-'));
});
afterAll(() => {
  lab.remove();
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
}

/** Runs the program; `stop` sends it a signal when a number of runs have ended, or training begins. */
function runProgram(
  out: string,
  more: string[],
  stop?: { readonly signal: NodeJS.Signals; readonly afterRuns: number },
): Promise<Outcome> {
  const grid = ['--cells', 'rnn', '--strategies', 'none,global-norm', '--learning-rates', '0.1,0.3,1', '--seeds', '1'];
  const child = spawn(process.execPath, [
    lab.bin,
    'compare',
    ...grid,
    '--workers',
    '2',
    '--out',
    join(folder, out),
    ...more,
  ]);
  let err = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    const isDue = stop?.afterRuns === 0 ? err.includes('Training 6 runs') : err.includes(`${stop?.afterRuns}/6 runs`);
    if (stop && isDue) child.kill(stop.signal);
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, err })));
}

function readRecords(out: string): Map<string, string> {
  const runs = join(folder, out, 'runs');
  const names = readdirSync(runs).filter((name) => name.endsWith('.jsonl'));
  return new Map(names.map((name) => [name, readFileSync(join(runs, name), 'utf8').replace(/"ms":[\d.e-]+/g, '')]));
}

describe('worker threads', { timeout: 120_000 }, () => {
  it('write the same records as one thread, except for durations, and print plain lines without a terminal', async () => {
    const [two, none] = [
      await runProgram('two', ['--steps', '2', '--save-predictions']),
      await runProgram('none', ['--steps', '2', '--workers', '0']),
    ];
    expect(two, two.err).toMatchObject({ code: 0 });
    expect(none, none.err).toMatchObject({ code: 0 });
    expect(readRecords('two')).toEqual(readRecords('none'));
    expect(readRecords('two').size).toBe(6);
    expect(readdirSync(join(folder, 'two/predictions'))).toEqual(readdirSync(join(folder, 'two/runs')));
    expect(readdirSync(join(folder, 'none'))).not.toContain('predictions');
    expect(two.err).toMatch(/^Training 6 runs \(2 strategies × 3 rates\) on 2 worker threads, about \d+:\d\d\./m);
    expect(two.err).toMatch(/^6\/6 runs, 0:00 left: rnn [\w-]+ rate [\d.]+ seed \d: \d\.\d\d$/m);
    expect(two.err).not.toContain('\u001B');
  });

  it.each([
    {
      signal: 'SIGINT',
      ends: { code: 130, signal: null },
      says: /Interrupted\. \d of 6 runs are finished and saved in/,
    },
    { signal: 'SIGKILL', ends: { code: null, signal: 'SIGKILL' }, says: /runs/ },
  ] as const)(
    'lose at most the runs in progress when stopped by $signal, and the same command finishes the rest',
    async ({ signal, ends, says }) => {
      const { out, steps, first, kept } = await interruptHalfway(signal);
      expect(first, first.err).toMatchObject(ends);
      expect(first.err).toMatch(says);
      expect(kept.size).toBeGreaterThanOrEqual(1);

      const second = await runProgram(out, ['--steps', steps]);
      expect(second, second.err).toMatchObject({ code: 0 });
      expect(second.err).toContain(`Skipping ${kept.size} of 6 runs`);
      expect(second.err).toContain(`${6 - kept.size}/${6 - kept.size} runs`);
      const all = readRecords(out);
      expect(all.size).toBe(6);
      for (const [name, records] of kept) expect(all.get(name)).toBe(records);
    },
  );
});

const ONE_RUN = ['--cells', 'rnn', '--optimizers', 'sgd', '--learning-rates', '0.1', '--seeds', '1', '--steps', '1'];

/** A plugin whose task reads its data for ever, and says when it is interrupted. */
const ENDLESS = `
const read = () => {
  process.on('SIGINT', () => console.error('Interrupted once'));
  console.error('Reading');
  return new Promise(() => setInterval(() => {}, 1000));
};
const endless = {
  id: 'endless', title: 'Endless', about: 'Reads for ever.', settings: {}, prepare: () => ({}),
  dataset: { id: 'endless', title: 'Endless', licence: 'none needed', url: '', read },
  metric: { name: 'error', better: 'lower' }, loss: { name: 'error', perTrained: 1 },
};
export default { tasks: [endless] };`;

describe('the program', { timeout: 120_000 }, () => {
  it('is interrupted between two steps on the main thread, long before a run ends', async () => {
    const stop = { signal: 'SIGINT', afterRuns: 0 } as const;
    const { code, err } = await runProgram('main-thread', ['--workers', '0', '--steps', '100000'], stop);
    expect(err).toContain('Interrupted. 0 of 6 runs are finished');
    expect(code).toBe(130);
    expect(readdirSync(join(folder, 'main-thread/runs'))).toEqual([]);
  });

  it('ends at once on a second Ctrl-C if the first one has to wait', async () => {
    const plugin = join(folder, 'endless.mjs');
    writeFileSync(plugin, ENDLESS);
    const child = spawn(process.execPath, [lab.bin, 'compare', '--tasks', 'endless', '--plugin', plugin, ...ONE_RUN]);
    const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
    const heard = (text: string): Promise<void> =>
      new Promise((resolve) =>
        child.stderr.on('data', (chunk: Buffer) => chunk.toString().includes(text) && resolve()),
      );
    await heard('Reading');
    child.kill('SIGINT');
    await heard('Interrupted once');
    expect(child.exitCode).toBe(null);
    const secondAt = performance.now();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(performance.now() - secondAt).toBeLessThan(2000);
  });

  it('ends without an error if nobody reads its output any more', async () => {
    const child = spawn(process.execPath, [lab.bin, 'list', '--json']);
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, err]).toEqual([0, '']);
  });
});

/** Stops the program after its first run. On a busy machine all runs may end before the signal, so it tries longer ones. */
async function interruptHalfway(signal: NodeJS.Signals) {
  for (const steps of ['12', '60', '300']) {
    const out = `${signal}-${steps}`;
    const first = await runProgram(out, ['--steps', steps], { signal, afterRuns: 1 });
    const kept = readRecords(out);
    if (kept.size < 6) return { out, steps, first, kept };
  }
  throw new Error('Every run ended before the signal arrived.');
}

describe('runExperiment', { timeout: 120_000 }, () => {
  const PROGRAM = `
    const [index] = process.argv.slice(2);
    const { createLabContainer, runExperiment } = await import(index);
    const grid = { tasks: ['adding'], settings: { units: 4, length: 5 }, cells: ['rnn'], optimizers: ['sgd'],
      learningRates: [0.1], strategies: [{ id: 'none' }, { id: 'global-norm' }], seeds: [1, 2], steps: 2 };
    const collect = async (options) => {
      const runs = [];
      for await (const { ms, ...record } of runExperiment(grid, options)) {
        if (record.type === 'start') runs.push([]);
        runs.at(-1).push(record);
      }
      return runs.sort(([a], [b]) => a.id < b.id ? -1 : 1);
    };
    const threads = await collect({ workers: 2 });
    for await (const record of runExperiment(grid, { workers: 2 })) if (record.type === 'end') break;
    const refusal = await collect({ workers: 1, container: createLabContainer() }).catch(({ message }) => message);
    console.log(JSON.stringify({ threads, here: await collect({}), refusal }));`;

  it('streams the same records from threads as from one thread, and can be left early', async () => {
    const program = join(folder, 'program.mjs');
    writeFileSync(program, PROGRAM);
    const child = spawn(process.execPath, [program, lab.bin.replace(/bin\.js$/, 'index.js')]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code, err).toBe(0);
    const { threads, here, refusal } = JSON.parse(out) as Record<string, unknown>;
    expect(threads).toEqual(here);
    expect(threads).toHaveLength(4);
    expect(refusal).toBe('`runExperiment` takes `container` or `workers`, because threads cannot share a container.');
  });
});
