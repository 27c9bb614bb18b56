import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResultsFolder } from '../../lab/node/folder.ts';
import { readRun, type RunRecord } from '../../lab/record.ts';
import { builtLab, type BuiltLab } from './built.ts';
import { runOf, stepLine } from './fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function opened(name: string): { results: ResultsFolder; names: () => string[] } {
  const path = join(folder, name);
  const results = new ResultsFolder(path);
  results.open();
  return { results, names: () => readdirSync(join(path, 'runs')).sort() };
}

const whole = runOf({}, {}, [stepLine(0), stepLine(1)]);
const records: RunRecord[] = [whole.start, ...whole.steps, whole.end];

// eslint-disable-next-line @typescript-eslint/require-await -- records come from an asynchronous source
async function* coming(some: readonly RunRecord[]): AsyncGenerator<RunRecord> {
  yield* some;
}

async function drained(stream: AsyncIterable<RunRecord>): Promise<void> {
  for await (const _ of stream);
}

describe('a folder of results', () => {
  it('files a run under its name before its last record is handed on, and not earlier', async () => {
    const { results } = opened('order');
    const seen: [string, boolean][] = [];
    for await (const { type } of results.filed('a', coming(records))) seen.push([type, results.has('a')]);
    expect(seen).toEqual([
      ['start', false],
      ['step', false],
      ['step', false],
      ['end', true],
    ]);
    expect(results.read('a')).toEqual(whole);
  });

  it('refuses a run that ends without its last record, and keeps nothing of it', async () => {
    const { results, names } = opened('cut');
    await expect(drained(results.filed('a', coming(records.slice(0, 2))))).rejects.toThrow('Run a did not end.');
    expect(names()).toEqual([]);
  });

  it('lets two programs write the same run at once, and keeps one whole', async () => {
    const { results, names } = opened('both');
    const [one, two] = [
      results.filed('a', coming(records)),
      new ResultsFolder(results.path).filed('a', coming(records)),
    ];
    await one.next();
    await two.next();
    expect(results.isUnderWay('a')).toBe(true);
    for (let turn = 1; turn < records.length; turn += 1) await Promise.all([one.next(), two.next()]);
    await Promise.all([one.return(), two.return()]);
    expect(names()).toEqual(['a.jsonl']);
    expect(results.read('a')).toEqual(whole);
  });

  it('clears away what a killed program left of a run, once the run is done', async () => {
    const { results, names } = opened('left');
    writeFileSync(join(results.path, 'runs', 'a.jsonl.0123.part'), 'half a li');
    expect(results.ids()).toEqual([]);
    await drained(results.filed('a', coming(records)));
    expect(names()).toEqual(['a.jsonl']);
  });
});

describe('a full disk', () => {
  const trial = fullDisk();
  const reason = typeof trial === 'string' ? trial : undefined;
  if (typeof trial === 'object') trial.free();
  it.skipIf(reason)(
    `names the file, keeps what is finished and loses nothing${reason ? ` (${reason})` : ''}`,
    async () => {
      const { path, free } = fullDisk() as { path: string; free(): void };
      try {
        const results = new ResultsFolder(path);
        results.open();
        await drained(results.filed('first', coming(records)));
        const endless = [whole.start, ...Array.from({ length: 3000 }, (_, step) => stepLine(step)), whole.end];
        await expect(drained(results.filed('second', coming(endless)))).rejects.toThrow(
          /runs\/second\.jsonl\.[0-9a-f]+\.part cannot be written: the disk is full\.$/,
        );
        expect(() => results.save('report.html', 'x'.repeat(500_000))).toThrow('cannot be written: the disk is full.');
        expect(readdirSync(path)).toEqual(['runs']);
        expect(results.ids()).toEqual(['first']);
        expect(results.read('first')).toEqual(whole);
        await drained(results.filed('third', coming(records)));
        expect(results.ids()).toEqual(['first', 'third']);
      } finally {
        free();
      }
    },
  );
});

/** A file system of 128 KiB, or why there is none. */
function fullDisk(): { path: string; free(): void } | string {
  const path = mkdtempSync(join(tmpdir(), 'gradclip-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return 'a small file system cannot be mounted here';
  }
  return {
    path,
    free() {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}

describe('programs on one folder', { timeout: 120_000 }, () => {
  let lab: BuiltLab;
  beforeAll(async () => {
    lab = await builtLab();
  });
  afterAll(() => lab.remove());

  const begin = (out: string, identity: { uid?: number } = {}) => {
    const grid = ['--cells', 'rnn', '--strategies', 'none', '--learning-rates', '0.1,0.3,1', '--seeds', '1'];
    const args = ['compare', ...grid, '--steps', '3', '--workers', '0', '--out', join(folder, out)];
    const child = spawn(process.execPath, [lab.bin, ...args], identity);
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout.resume();
    return { child, text: () => text, ended: once(child, 'close') };
  };
  const filesIn = (out: string): string[] => readdirSync(join(folder, out, 'runs')).sort();

  it('share it: both end well, and every run is whole', async () => {
    const both = [begin('shared'), begin('shared')];
    const codes = (await Promise.all(both.map(({ ended }) => ended))).map(([code]) => code as number);
    expect(codes, both.map(({ text }) => text()).join('\n')).toEqual([0, 0]);
    const files = filesIn('shared');
    expect(files).toHaveLength(3);
    for (const name of files) {
      const text = readFileSync(join(folder, 'shared', 'runs', name), 'utf8');
      expect(readRun(text)?.end.steps).toBe(3);
    }
  });

  it('killed at any moment lose at most the run under way, and end whole', async () => {
    const finished = new Map<string, string>();
    const path = join(folder, 'killed', 'runs');
    // Killed sooner and later: before anything, in the first run, and between runs.
    for (const ms of [50, 1500, 2500]) {
      const { child, ended } = begin('killed');
      setTimeout(() => child.kill('SIGKILL'), ms);
      await ended;
      for (const [name, text] of finished) expect(readFileSync(join(path, name), 'utf8')).toBe(text);
      if (!existsSync(path)) continue;
      const names = filesIn('killed').filter((name) => name.endsWith('.jsonl'));
      for (const name of names) {
        const text = readFileSync(join(path, name), 'utf8');
        expect(readRun(text)?.end.steps).toBe(3);
        finished.set(name, text);
      }
    }
    const last = begin('killed');
    expect((await last.ended)[0], last.text()).toBe(0);
    for (const [name, text] of finished) expect(readFileSync(join(path, name), 'utf8')).toBe(text);
    expect(filesIn('killed')).toHaveLength(3);
    expect(filesIn('killed').every((name) => name.endsWith('.jsonl'))).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)('is refused where it may not be written to, by exit code 2', async () => {
    mkdirSync(join(folder, 'locked'), { mode: 0o555 });
    execFileSync('chmod', ['755', folder]);
    const nobody = begin('locked', { uid: 65534 });
    expect((await nobody.ended)[0], nobody.text()).toBe(2);
    expect(nobody.text()).toBe(
      `--out ${join(folder, 'locked')} cannot be written to: permission denied. Name another folder.\n`,
    );
  });
});
