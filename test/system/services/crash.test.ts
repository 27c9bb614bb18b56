import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResultsFolder } from '../../../lab/node/results-folder.ts';
import { readRun, type RunRecord } from '../../../lab/run/record.ts';
import { buildLab, type BuiltLab } from '../../lab/built.ts';
import { runOf, stepLine } from '../../lab/fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function createFolder(name: string): { results: ResultsFolder; names: () => string[] } {
  const path = join(folder, name);
  const results = new ResultsFolder(path);
  results.assertWritable();
  return { results, names: () => readdirSync(join(path, 'runs')).sort() };
}

const run = runOf({}, {}, [stepLine(0), stepLine(1)]);
const { id } = run.start;
const records: RunRecord[] = [run.start, ...run.steps, run.end];

// eslint-disable-next-line @typescript-eslint/require-await -- records come from an asynchronous source
async function* streamOf(some: readonly RunRecord[]): AsyncGenerator<RunRecord> {
  yield* some;
}

async function drain(stream: AsyncIterable<RunRecord>): Promise<void> {
  for await (const _ of stream);
}

describe('a results folder', () => {
  it('gives a run its final name just before it yields the last record', async () => {
    const { results } = createFolder('order');
    const seen: [string, boolean][] = [];
    for await (const { type } of results.writeRun(id, streamOf(records))) seen.push([type, results.hasRun(id)]);
    expect(seen).toEqual([
      ['start', false],
      ['step', false],
      ['step', false],
      ['end', true],
    ]);
    expect(results.readRun(id)).toEqual(run);
  });

  it('rejects a run without an end record and leaves no file', async () => {
    const { results, names } = createFolder('cut');
    await expect(drain(results.writeRun(id, streamOf(records.slice(0, 2))))).rejects.toThrow(
      `Run ${id} has no end record.`,
    );
    expect(names()).toEqual([]);
  });

  it('lets two programs write the same run at once and keeps one complete file', async () => {
    const { results, names } = createFolder('both');
    const [one, two] = [
      results.writeRun(id, streamOf(records)),
      new ResultsFolder(results.path).writeRun(id, streamOf(records)),
    ];
    await one.next();
    await two.next();
    expect(results.isBeingWritten(id)).toBe(true);
    for (let turn = 1; turn < records.length; turn += 1) await Promise.all([one.next(), two.next()]);
    await Promise.all([one.return(), two.return()]);
    expect(names()).toEqual([`${id}.jsonl`]);
    expect(results.readRun(id)).toEqual(run);
  });

  it('deletes the leftovers of a killed program once the run is finished', async () => {
    const { results, names } = createFolder('left');
    writeFileSync(join(results.path, 'runs', `${id}.jsonl.0123.part`), 'half a li');
    expect(results.finishedIds()).toEqual([]);
    await drain(results.writeRun(id, streamOf(records)));
    expect(names()).toEqual([`${id}.jsonl`]);
  });
});

describe('a full disk', () => {
  const trial = mountSmallDisk();
  const reason = typeof trial === 'string' ? trial : undefined;
  if (typeof trial === 'object') trial.unmount();
  it.skipIf(reason)(`names the file and keeps all finished runs${reason ? ` (${reason})` : ''}`, async () => {
    const { path, unmount } = mountSmallDisk() as { path: string; unmount(): void };
    try {
      const results = new ResultsFolder(path);
      results.assertWritable();
      await drain(results.writeRun(id, streamOf(records)));
      const tooLong = [run.start, ...Array.from({ length: 3000 }, (_, step) => stepLine(step)), run.end];
      await expect(drain(results.writeRun('second', streamOf(tooLong)))).rejects.toThrow(
        /runs\/second\.jsonl\.[\w-]+\.\d+\.[0-9a-f]+\.part cannot be written: the disk is full\.$/,
      );
      expect(() => results.writeFile('report.html', 'x'.repeat(500_000))).toThrow(
        'cannot be written: the disk is full.',
      );
      expect(readdirSync(path)).toEqual(['runs']);
      expect(results.finishedIds()).toEqual([id]);
      expect(results.readRun(id)).toEqual(run);
      await drain(results.writeRun('third', streamOf(records)));
      expect(results.finishedIds()).toEqual([id, 'third'].sort());
    } finally {
      unmount();
    }
  });
});

/** Mounts a file system of 128 KiB; returns the reason if that is not possible. */
function mountSmallDisk(): { path: string; unmount(): void } | string {
  const path = mkdtempSync(join(tmpdir(), 'gradclip-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return 'a small file system cannot be mounted here';
  }
  return {
    path,
    unmount() {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}

describe('several programs on one folder', { timeout: 120_000 }, () => {
  let lab: BuiltLab;
  beforeAll(async () => {
    lab = await buildLab();
  });
  afterAll(() => lab.remove());

  const startComparison = (out: string, identity: { uid?: number } = {}) => {
    const grid = ['--cells', 'rnn', '--strategies', 'none', '--learning-rates', '0.1,0.3,1', '--seeds', '1'];
    const args = ['compare', ...grid, '--steps', '3', '--workers', '0', '--out', join(folder, out)];
    const child = spawn(process.execPath, [lab.bin, ...args], identity);
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout.resume();
    return { child, text: () => text, ended: once(child, 'close') };
  };
  const filesIn = (out: string): string[] => readdirSync(join(folder, out, 'runs')).sort();

  it('finish the same runs together without damaging any', async () => {
    const both = [startComparison('shared'), startComparison('shared')];
    const codes = (await Promise.all(both.map(({ ended }) => ended))).map(([code]) => code as number);
    expect(codes, both.map(({ text }) => text()).join('\n')).toEqual([0, 0]);
    const files = filesIn('shared');
    expect(files).toHaveLength(3);
    for (const name of files) {
      const text = readFileSync(join(folder, 'shared', 'runs', name), 'utf8');
      expect(readRun(text)?.end.steps).toBe(3);
    }
  });

  /** Waits until a file of the runs has a name that matches, or the program ends. */
  const untilFile = async (out: string, name: RegExp, { child }: ReturnType<typeof startComparison>): Promise<void> => {
    while (
      child.exitCode === null &&
      !(existsSync(join(folder, out, 'runs')) && filesIn(out).some((one) => name.test(one)))
    )
      await setTimeout(5);
  };

  it.each([
    { moment: 'at the start', out: 'killed-early', killWhen: undefined },
    { moment: 'during the first run', out: 'killed-in-run', killWhen: /\.part$/ },
    { moment: 'after the first run', out: 'killed-between', killWhen: /\.jsonl$/ },
  ])('lose at most the run in progress when killed $moment', async ({ out, killWhen }) => {
    const path = join(folder, out, 'runs');
    const killed = startComparison(out);
    if (killWhen !== undefined) await untilFile(out, killWhen, killed);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const finished = existsSync(path) ? filesIn(out).filter((name) => name.endsWith('.jsonl')) : [];
    const contents = finished.map((name) => readFileSync(join(path, name), 'utf8'));
    for (const text of contents) expect(readRun(text)?.end.steps).toBe(3);

    const second = startComparison(out);
    expect((await second.ended)[0], second.text()).toBe(0);
    expect(finished.map((name) => readFileSync(join(path, name), 'utf8'))).toEqual(contents);
    expect(filesIn(out)).toHaveLength(3);
    expect(filesIn(out).every((name) => name.endsWith('.jsonl'))).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)('exit with code 2 if the folder is not writable', async () => {
    mkdirSync(join(folder, 'locked'), { mode: 0o555 });
    execFileSync('chmod', ['755', folder]);
    const nobody = startComparison('locked', { uid: 65534 });
    expect((await nobody.ended)[0], nobody.text()).toBe(2);
    expect(nobody.text()).toBe(
      `--out ${join(folder, 'locked')} is not writable: permission denied. Choose another folder.\n`,
    );
  });
});
