import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../lab/cli.ts';
import type { Summary } from '../../lab/report/summary.ts';
import { Screen } from './screen.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-lab-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);

async function lab(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new Screen(), new Screen()];
  const code = await runCli(args, { stdout, stderr, signal: new AbortController().signal });
  return { code, out: stdout.text, err: stderr.text };
}

/** The smallest comparison there is, trained on this thread. */
function tiny(out: string, ...more: string[]): string[] {
  const grid = [
    '--cells',
    'rnn',
    '--strategies',
    'none,global-norm:maxNorm=0.25',
    '--learning-rates',
    '1',
    '--seeds',
    '1',
  ];
  return ['compare', ...grid, '--steps', '2', '--workers', '0', '--out', inFolder(out), ...more];
}

function contentsOf(out: string): Map<string, string> {
  const runs = join(inFolder(out), 'runs');
  return new Map(readdirSync(runs).map((name) => [name, readFileSync(join(runs, name), 'utf8')]));
}

describe('compare', () => {
  it('trains, keeps records, and writes summary and report', async () => {
    const { code, out, err } = await lab(...tiny('first'));
    expect(code).toBe(0);
    expect(out).toMatch(/rnn +none +1 +\d/);
    expect(out).toMatch(/rnn: clipping (helped|lost|made no clear difference)\./);
    expect(err.split('\n').filter((line) => /^\d\/2 runs, \d+ steps\/s, \d+:\d\d left: rnn/.test(line))).toHaveLength(
      2,
    );
    const summary = JSON.parse(readFileSync(join(inFolder('first'), 'summary.json'), 'utf8')) as Summary;
    expect(summary).toMatchObject({
      version: 1,
      experiment: 'quick, changed',
      environment: { backend: 'wasm', repaired: true },
    });
    expect(summary.rows.map(({ strategy }) => strategy)).toEqual([
      { id: 'none', options: {} },
      { id: 'global-norm', options: { maxNorm: 0.25, ord: 2 } },
    ]);
    expect(readFileSync(join(inFolder('first'), 'report.html'), 'utf8')).toContain('</html>');
    expect([...contentsOf('first').keys()].every((name) => /^[0-9a-f]{16}\.jsonl$/.test(name))).toBe(true);
  });

  it('repeats nothing that is finished, and does again what was broken off', async () => {
    await lab(...tiny('again'));
    const [first, second] = [...contentsOf('again').keys()] as [string, string];
    const path = (name: string): string => join(inFolder('again'), 'runs', name);
    const before = statSync(path(first)).mtimeMs;
    // What kill -9 leaves behind: a beginning under a name that is not final.
    writeFileSync(`${path(second)}.part`, readFileSync(path(second)).subarray(0, 700));
    rmSync(path(second));
    const { code, err } = await lab(...tiny('again'));
    expect(code).toBe(0);
    expect(err).toContain('1 of 2 runs are in');
    expect(err).toContain('1/1 runs');
    expect(statSync(path(first)).mtimeMs).toBe(before);
    expect(existsSync(path(second))).toBe(true);
    expect(existsSync(`${path(second)}.part`)).toBe(false);
    expect((await lab(...tiny('again'))).err).toContain('2 of 2 runs are in');
  });

  it('gives the same records a second time, but for times', async () => {
    await lab(...tiny('one'));
    await lab(...tiny('two'));
    const timeless = (out: string): unknown =>
      [...contentsOf(out)].map(([name, text]) => [name, text.replace(/"ms":[\d.]+/g, '')]);
    expect(timeless('two')).toEqual(timeless('one'));
  });

  it('names the file and line of a damaged record, and changes nothing', async () => {
    await lab(...tiny('damaged'));
    const [name] = [...contentsOf('damaged').keys()] as [string];
    const path = join(inFolder('damaged'), 'runs', name);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], '{"type":"st', ...lines.slice(2)].join('\n'));
    const before = contentsOf('damaged');
    for (const command of [tiny('damaged'), ['report', '--out', inFolder('damaged')]]) {
      const { code, err } = await lab(...command);
      expect(code).toBe(2);
      expect(err).toBe(`${path}, line 2: not JSON. Move that file away to have the run done again.\n`);
    }
    expect(contentsOf('damaged')).toEqual(before);
  });

  it("trains on the user's own text, and prints JSON alone on stdout", async () => {
    writeFileSync(inFolder('own.txt'), 'Call me Ishmael, or what you will. '.repeat(60));
    const { code, out } = await lab(...tiny('own', '--data', inFolder('own.txt'), '--json'));
    expect(code).toBe(0);
    expect((JSON.parse(out) as Summary).rows).toHaveLength(2);
    expect([...contentsOf('own').values()][0]).toContain('"data":"own.txt sha256:');
  });

  it('stops when told to, keeps what is finished, and answers 130', async () => {
    const [stdout, stderr] = [new Screen(), new Screen()];
    const interruption = new AbortController();
    stderr._write = function (this: Screen, chunk: Buffer, _encoding: string, done: () => void) {
      this.text += chunk.toString();
      if (this.text.includes('1/2 runs')) interruption.abort();
      done();
    };
    const code = await runCli(tiny('stopped'), { stdout, stderr, signal: interruption.signal });
    expect(code).toBe(130);
    expect(stderr.text).toContain(
      `Interrupted. 1 of 2 runs are finished and kept in ${inFolder('stopped')}.\nThe same command does the rest.`,
    );
    expect(contentsOf('stopped').size).toBe(1);
    expect((await lab(...tiny('stopped'))).code).toBe(0);
  });
});

describe('a comparison that cannot be', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(inFolder(name), content);
    return inFolder(name);
  };

  it.each([
    { args: ['--strategies', 'globalnorm'], says: 'No strategy "globalnorm". Did you mean `global-norm`?' },
    {
      args: ['--strategies', 'global-norm:maxNrm=1'],
      says: '`global-norm` has no option `maxNrm`; it has `maxNorm`, `ord`. Did you mean `maxNorm`?',
    },
    {
      args: ['--strategies', 'global-norm:maxNorm=-1'],
      says: '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.',
    },
    { args: ['--strategies', 'per-value:min=2,max=1'], says: 'per-value' },
    { args: ['--tasks', 'charlm'], says: 'No task `charlm`; did you mean `char-lm`?' },
    { args: ['--cells', 'ltsm'], says: 'No cell `ltsm`; did you mean `lstm`?' },
    { args: ['--cells', 'transformer'], says: 'No cell `transformer`; there is `rnn`, `lstm`, `gru`,' },
    { args: ['--optimizers', 'adm'], says: 'No optimizer `adm`; did you mean `adam`?' },
    { args: ['--experiment', 'quik'], says: 'No experiment `quik`; did you mean `quick`?' },
    { args: ['--learning-rates', '0'], says: 'A learning rate must be a finite number greater than 0; received 0.' },
    { args: ['--learning-rates', '1,x'], says: '`x` is not a number.' },
    { args: ['--steps', '0'], says: 'The number of steps must be a whole number of at least 1; received 0.' },
    { args: ['--seeds', '1.5'], says: 'A seed must be a whole number from 0 to 999999; received 1.5.' },
    { args: ['--workers', '-1'], says: 'It must be a whole number from 0 to 256; 0 trains on the main thread.' },
    { args: ['--strategys', 'none'], says: "unknown option '--strategys'\n(Did you mean --strategies?)" },
    {
      args: () => ['--data', inFolder('missing.txt')],
      says: 'missing.txt cannot be read: there is no such file. It must be a text file in UTF-8.',
    },
    { args: () => ['--data', folder], says: 'cannot be read: it is a folder.' },
    { args: () => ['--data', file('empty.txt', '')], says: 'empty.txt is empty. It must be a text file in UTF-8.' },
    {
      args: () => ['--data', file('latin1.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9))],
      says: 'latin1.txt is not UTF-8. Save it in that encoding:',
    },
    {
      args: () => ['--data', file('short.txt', 'Too short.')],
      says: 'short.txt: The text has 10 characters; training needs at least 820. Use a longer file.',
    },
    {
      args: () => ['--out', file('a-file', '')],
      says: 'cannot be written to: a part of its path is a file, not a folder. Name another folder.',
    },
  ])('says so before anything is trained, and answers 2: $says', async ({ args, says }) => {
    const out = inFolder('never');
    const given = typeof args === 'function' ? args() : args;
    const { code, err, out: printed } = await lab('compare', '--out', out, ...given);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n\s+at /);
    expect(printed).toBe('');
    expect(existsSync(join(out, 'runs')) && readdirSync(join(out, 'runs')).length > 0).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)(
    'is refused where the folder may not be written to (root may write anywhere)',
    async () => {
      const out = mkdtempSync(inFolder('locked-'));
      chmodSync(out, 0o500);
      const { code, err } = await lab('compare', '--out', out);
      expect([code, err]).toEqual([2, `--out ${out} cannot be written to: permission denied. Name another folder.\n`]);
    },
  );
});

describe('report', () => {
  it('makes summary and page again from the records, the same but for nothing', async () => {
    await lab(...tiny('rebuilt'));
    const files = ['summary.json', 'report.html'].map((name) => join(inFolder('rebuilt'), name));
    const before = files.map((name) => readFileSync(name, 'utf8'));
    files.forEach((name) => rmSync(name));
    const { code, out } = await lab('report', '--out', inFolder('rebuilt'));
    expect(code).toBe(0);
    expect(out).toMatch(/rnn +none/);
    expect(files.map((name) => readFileSync(name, 'utf8'))).toEqual(before);
  });

  it('says where there is nothing to report', async () => {
    expect(await lab('report', '--out', inFolder('nothing'))).toMatchObject({
      code: 2,
      err: `--out ${inFolder('nothing')} has no finished runs. Make some: gradclip-lab compare\n`,
    });
  });
});

describe('list', () => {
  it('names everything that can be asked for, with the options of strategies', async () => {
    const { code, out } = await lab('list');
    expect(code).toBe(0);
    for (const name of ['char-lm', 'lstm', 'sgd', 'global-norm', 'maxNorm (1)', 'quick']) expect(out).toContain(name);
    const asJson = JSON.parse((await lab('list', '--json')).out) as { strategies: { id: string }[] };
    expect(asJson.strategies.map(({ id }) => id)).toContain('adaptive-percentile');
  });
});
