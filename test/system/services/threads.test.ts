import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** Runs the program; `stop` sends it a signal when a number of runs have ended. */
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
    if (stop && err.includes(`${stop.afterRuns}/6 runs`)) child.kill(stop.signal);
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
      await runProgram('two', ['--steps', '2']),
      await runProgram('none', ['--steps', '2', '--workers', '0']),
    ];
    expect(two, two.err).toMatchObject({ code: 0 });
    expect(none, none.err).toMatchObject({ code: 0 });
    expect(readRecords('two')).toEqual(readRecords('none'));
    expect(readRecords('two').size).toBe(6);
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
