import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtLab, type BuiltLab } from './built.ts';

let lab: BuiltLab;
let folder: string;
beforeAll(async () => {
  lab = await builtLab();
  folder = mkdtempSync(join(tmpdir(), 'gradclip-threads-'));
});
afterAll(() => {
  lab.remove();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
}

/** Runs the program; `stopAfter` sends it a signal once so many runs have ended. */
function program(
  out: string,
  more: string[],
  stop?: { readonly signal: NodeJS.Signals; readonly afterRuns: number },
): Promise<Ended> {
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

function recordsIn(out: string): Map<string, string> {
  const runs = join(folder, out, 'runs');
  const names = readdirSync(runs).filter((name) => name.endsWith('.jsonl'));
  return new Map(names.map((name) => [name, readFileSync(join(runs, name), 'utf8').replace(/"ms":[\d.]+/g, '')]));
}

describe('worker threads', { timeout: 120_000 }, () => {
  it('give the records that one thread gives, but for times, and plain lines without a terminal', async () => {
    const [two, none] = [
      await program('two', ['--steps', '2']),
      await program('none', ['--steps', '2', '--workers', '0']),
    ];
    expect(two, two.err).toMatchObject({ code: 0 });
    expect(none, none.err).toMatchObject({ code: 0 });
    expect(recordsIn('two')).toEqual(recordsIn('none'));
    expect(recordsIn('two').size).toBe(6);
    expect(two.err).toContain('6 runs on 2 workers.');
    expect(two.err).toMatch(/^6\/6 runs, \d+ steps\/s, 0:00 left: rnn [\w-]+ rate [\d.]+ seed \d: \d\.\d\d$/m);
    expect(two.err).not.toContain('\u001B');
  });

  it.each([
    {
      signal: 'SIGINT',
      ends: { code: 130, signal: null },
      says: /Interrupted\. \d of 6 runs are finished and kept in/,
    },
    { signal: 'SIGKILL', ends: { code: null, signal: 'SIGKILL' }, says: /runs/ },
  ] as const)(
    'stopped by $signal lose at most the runs under way, and the same command does the rest',
    async ({ signal, ends, says }) => {
      const first = await program(signal, ['--steps', '12'], { signal, afterRuns: 1 });
      expect(first, first.err).toMatchObject(ends);
      expect(first.err).toMatch(says);
      const kept = recordsIn(signal);
      expect(kept.size).toBeGreaterThanOrEqual(1);
      expect(kept.size).toBeLessThan(6);

      const second = await program(signal, ['--steps', '12']);
      expect(second, second.err).toMatchObject({ code: 0 });
      expect(second.err).toContain(`${kept.size} of 6 runs are in`);
      expect(second.err).toContain(`${6 - kept.size}/${6 - kept.size} runs`);
      const all = recordsIn(signal);
      expect(all.size).toBe(6);
      for (const [name, records] of kept) expect(all.get(name)).toBe(records);
    },
  );
});
