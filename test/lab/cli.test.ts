import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../lab/cli.ts';
import type { Summary } from '../../lab/analysis/summary.ts';
import { runLab, Screen } from './screen.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-lab-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);

/** The arguments of a very small comparison, trained on the main thread. */
function tinyComparison(out: string, ...more: string[]): string[] {
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

function readRuns(out: string): Map<string, string> {
  const runs = join(inFolder(out), 'runs');
  return new Map(readdirSync(runs).map((name) => [name, readFileSync(join(runs, name), 'utf8')]));
}

describe('compare', () => {
  it('skips the runs of a saved comparison', async () => {
    const file = inFolder('kept.jsonl');
    await runLab(...tinyComparison('kept'));
    expect((await runLab('keep', file, '--out', inFolder('kept'))).code).toBe(0);
    const { code, err } = await runLab(...tinyComparison('kept-elsewhere', '--seeds', '1,2', '--kept', file));
    expect(code).toBe(0);
    expect(err).toContain('Skipping 2 of 4 runs that are already finished');
    expect(readRuns('kept-elsewhere').size).toBe(2);
    const missing = await runLab(...tinyComparison('kept-missing', '--kept', inFolder('none.jsonl')));
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain('none.jsonl cannot be read');
  });

  it('trains and writes records, a summary and a report', async () => {
    const { code, out, err } = await runLab(...tinyComparison('first'));
    expect(code).toBe(0);
    expect(out).toMatch(/rnn +none +1 +\d/);
    expect(out).toMatch(/rnn: without clipping/);
    expect(err.split('\n').filter((line) => /^\d\/2 runs, \d+:\d\d left: rnn/.test(line))).toHaveLength(2);
    const summary = JSON.parse(readFileSync(join(inFolder('first'), 'summary.json'), 'utf8')) as Summary;
    expect(summary).toMatchObject({
      version: 2,
      experiment: 'quick, changed',
      environment: { backend: 'wasm', repaired: true },
    });
    expect(summary.rows.map(({ strategy }) => strategy)).toEqual([
      { id: 'none', options: {} },
      { id: 'global-norm', options: { maxNorm: 0.25, ord: 2 } },
    ]);
    expect(readFileSync(join(inFolder('first'), 'report.html'), 'utf8')).toContain('</html>');
    expect([...readRuns('first').keys()].every((name) => /^[0-9a-f]{16}\.jsonl$/.test(name))).toBe(true);
  });

  it('skips finished runs and repeats interrupted ones', async () => {
    await runLab(...tinyComparison('again'));
    const [first, second] = [...readRuns('again').keys()] as [string, string];
    const path = (name: string): string => join(inFolder('again'), 'runs', name);
    const before = statSync(path(first)).mtimeMs;
    // `kill -9` leaves the beginning of a run under a temporary name.
    writeFileSync(`${path(second)}.part`, readFileSync(path(second)).subarray(0, 700));
    rmSync(path(second));
    const { code, err } = await runLab(...tinyComparison('again'));
    expect(code).toBe(0);
    expect(err).toContain('Skipping 1 of 2 runs');
    expect(err).toContain('1/1 runs');
    expect(statSync(path(first)).mtimeMs).toBe(before);
    expect(existsSync(path(second))).toBe(true);
    expect(existsSync(`${path(second)}.part`)).toBe(false);
    expect((await runLab(...tinyComparison('again'))).err).toContain('Skipping 2 of 2 runs');
  });

  it('writes the same records a second time, except for durations', async () => {
    await runLab(...tinyComparison('one'));
    await runLab(...tinyComparison('two'));
    const withoutTimes = (out: string): unknown =>
      [...readRuns(out)].map(([name, text]) => [name, text.replace(/"ms":[\d.]+/g, '')]);
    expect(withoutTimes('two')).toEqual(withoutTimes('one'));
  });

  it('names the file and line of a corrupt record and changes nothing', async () => {
    await runLab(...tinyComparison('corrupt'));
    const [name] = [...readRuns('corrupt').keys()] as [string];
    const path = join(inFolder('corrupt'), 'runs', name);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], '{"type":"st', ...lines.slice(2)].join('\n'));
    const before = readRuns('corrupt');
    for (const command of [tinyComparison('corrupt'), ['report', '--out', inFolder('corrupt')]]) {
      const { code, err } = await runLab(...command);
      expect(code).toBe(2);
      expect(err.endsWith(`${path}, line 2: not valid JSON. Move this file away to repeat the run.\n`)).toBe(true);
    }
    expect(readRuns('corrupt')).toEqual(before);
  });

  it("trains on the user's own text and prints nothing but JSON on stdout", async () => {
    writeFileSync(inFolder('own.txt'), 'Call me Ishmael, or what you will. '.repeat(60));
    const { code, out } = await runLab(...tinyComparison('own', '--data', inFolder('own.txt'), '--json'));
    expect(code).toBe(0);
    expect((JSON.parse(out) as Summary).rows).toHaveLength(2);
    // A renamed file has the same runs.
    renameSync(inFolder('own.txt'), inFolder('renamed.txt'));
    const again = await runLab(...tinyComparison('own', '--data', inFolder('renamed.txt')));
    expect(again.err).toContain('Skipping 2 of 2 runs');
    expect([...readRuns('own').values()][0]).toMatch(/"data":"sha256:[0-9a-f]{64}"/);
  });

  it('expands ranges of seeds and changes the settings of the task', async () => {
    const { code, out } = await runLab(
      ...tinyComparison(
        'ranges',
        '--seeds',
        '1-2,5',
        '--settings',
        'units=4,batch=3',
        '--strategies',
        'none',
        '--json',
      ),
    );
    expect(code).toBe(0);
    expect((JSON.parse(out) as Summary).rows).toMatchObject(
      Array(2).fill({ seeds: [1, 2, 5], settings: { units: 4, batch: 3 } }),
    );
  });

  it('says what is about to happen before it trains', async () => {
    const { err } = await runLab(...tinyComparison('announced', '--seeds', '1-2'));
    expect(err.replaceAll('\n ', '')).toMatch(
      /^char-lm: 1,208,589 characters read; .* test part\.\nTraining 4 runs \(2 strategies × 2 seeds\) on the main thread, about \d+:\d\d\. Ctrl-C keeps what is finished\.\n1\/4/,
    );
    expect(err.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  it('stops when interrupted, keeps finished runs, and returns 130', async () => {
    const [stdout, stderr] = [new Screen(), new Screen()];
    const interruption = new AbortController();
    stderr._write = function (this: Screen, chunk: Buffer, _encoding: string, done: () => void) {
      this.text += chunk.toString();
      if (this.text.includes('1/2 runs')) interruption.abort();
      done();
    };
    const code = await runCli({ args: tinyComparison('stopped'), stdout, stderr, signal: interruption.signal });
    expect(code).toBe(130);
    expect(stderr.text).toContain(
      `Interrupted. 1 of 2 runs are finished and saved in ${inFolder('stopped')}.\nRun the same command again`,
    );
    expect(readRuns('stopped').size).toBe(1);
    expect((await runLab(...tinyComparison('stopped'))).code).toBe(0);
  });
});

describe('a comparison with invalid arguments', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(inFolder(name), content);
    return inFolder(name);
  };

  it.each([
    { args: ['--strategies', 'globalnorm'], says: 'There is no strategy "globalnorm". Did you mean `global-norm`?' },
    {
      args: ['--strategies', 'global-norm:maxNrm=1'],
      says: '`global-norm` has no option `maxNrm`; it has `maxNorm`, `ord`. Did you mean `maxNorm`?',
    },
    {
      args: ['--strategies', 'global-norm:maxNorm=-1'],
      says: '`global-norm({ maxNorm })` must be a number from 0 to Infinity; received -1.',
    },
    { args: ['--strategies', 'per-value:min=2,max=1'], says: 'per-value' },
    { args: ['--tasks', 'charlm'], says: 'Unknown task `charlm`. Did you mean `char-lm`?' },
    { args: ['--cells', 'ltsm'], says: 'Unknown cell `ltsm`. Did you mean `lstm`?' },
    { args: ['--cells', 'transformer'], says: 'Unknown cell `transformer`. Available cells: `rnn`, `lstm`, `gru`,' },
    { args: ['--optimizers', 'adm'], says: 'Unknown optimizer `adm`. Did you mean `adam`?' },
    { args: ['--experiment', 'quik'], says: 'Unknown experiment `quik`. Did you mean `quick`?' },
    { args: ['--learning-rates', '0'], says: 'A learning rate must be a finite number greater than 0; received 0.' },
    {
      args: ['--learning-rates', '1,x'],
      says: '`x` is not a number.',
    },
    { args: ['--steps', '0'], says: 'The number of steps must be a whole number from 1 to 1000000; received 0.' },
    { args: ['--seeds', '1.5'], says: 'A seed must be a whole number from 0 to 999999; received 1.5.' },
    { args: ['--seeds', '5-3'], says: '`5-3` is not a range. Write the smaller seed first.' },
    { args: ['--settings', 'unit=9'], says: '`char-lm` has no setting `unit`. Available settings: `units`' },
    { args: ['--settings', 'units'], says: 'Expected name=value,name=value.' },
    { args: ['--settings', 'units=x'], says: 'The setting `units` must be a whole number of at least 1; received x.' },
    { args: ['--out', ''], says: 'Expected the path of a folder.' },
    { args: ['--workers', '-1'], says: 'Expected a whole number from 0 to 256. 0 trains on the main thread.' },
    { args: ['--strategys', 'none'], says: "unknown option '--strategys'\n(Did you mean --strategies?)" },
    {
      args: () => ['--data', inFolder('missing.txt')],
      says: 'missing.txt cannot be read: no such file or folder. Expected a text file.',
    },
    { args: () => ['--data', folder], says: 'cannot be read: it is a folder.' },
    { args: () => ['--data', file('empty.txt', '')], says: 'empty.txt is empty. Expected a text file.' },
    {
      args: () => ['--data', file('latin1.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9))],
      says: 'latin1.txt is not UTF-8: line 1 has invalid bytes. Save the file as UTF-8.',
    },
    {
      args: () => ['--data', file('short.txt', 'Too short.')],
      says: 'short.txt: The text has 10 characters, but training needs at least 820. Use a longer text.',
    },
    {
      args: () => ['--out', file('a-file', '')],
      says: 'is not writable: part of its path is a file, not a folder. Choose another folder.',
    },
  ])('is rejected before training with exit code 2: $says', async ({ args, says }) => {
    const out = inFolder('never');
    const extra = typeof args === 'function' ? args() : args;
    const { code, err, out: printed } = await runLab('compare', '--out', out, ...extra);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n\s+at /);
    expect(printed).toBe('');
    expect(existsSync(join(out, 'runs')) && readdirSync(join(out, 'runs')).length > 0).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)(
    'is rejected if the folder is not writable (root can write anywhere)',
    async () => {
      const out = mkdtempSync(inFolder('locked-'));
      chmodSync(out, 0o500);
      const { code, err } = await runLab('compare', '--out', out);
      expect([code, err]).toEqual([2, `--out ${out} is not writable: permission denied. Choose another folder.\n`]);
    },
  );
});

describe('report', () => {
  it('rebuilds exactly the same summary and page from the records', async () => {
    await runLab(...tinyComparison('rebuilt'));
    const files = ['summary.json', 'report.html'].map((name) => join(inFolder('rebuilt'), name));
    const before = files.map((name) => readFileSync(name, 'utf8'));
    files.forEach((name) => rmSync(name));
    const { code, out } = await runLab('report', '--out', inFolder('rebuilt'));
    expect(code).toBe(0);
    expect(out).toMatch(/rnn +none/);
    expect(files.map((name) => readFileSync(name, 'utf8'))).toEqual(before);
  });

  it('writes to another folder if asked to, and names that option if the folder is read-only', async () => {
    const out = inFolder('elsewhere');
    await runLab(...tinyComparison('elsewhere'));
    const { code, err } = await runLab('report', '--out', out, '--to', inFolder('copy'));
    expect([code, err]).toEqual([0, `\nReport with charts: ${join(inFolder('copy'), 'report.html')}\n`]);
    expect(readdirSync(inFolder('copy')).sort()).toEqual(['report.html', 'summary.json']);
    // A folder in the way is refused for root as well.
    rmSync(join(out, 'summary.json'));
    mkdirSync(join(out, 'summary.json'));
    expect(await runLab('report', '--out', out)).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /summary\.json cannot be written: .*\. To write the report elsewhere, add --to FOLDER\.\n$/,
      ) as string,
    });
  });

  it('rejects a folder without finished runs', async () => {
    expect(await runLab('report', '--out', inFolder('nothing'))).toMatchObject({
      code: 2,
      err: `--out ${inFolder('nothing')} contains no finished runs. Create some with: npx gradclip-lab compare\n`,
    });
  });
});

describe('--version', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('lab/package.json', 'utf8')) as { version: string };
    expect(await runLab('--version')).toMatchObject({ code: 0, out: `${version}\n` });
  });
});

describe('list', () => {
  it('lists everything that can be named, with the options of strategies', async () => {
    const { code, out } = await runLab('list');
    expect(code).toBe(0);
    for (const name of ['char-lm', 'lstm', 'sgd', 'global-norm', 'maxNorm (1)', 'quick']) expect(out).toContain(name);
    const asJson = JSON.parse((await runLab('list', '--json')).out) as { strategies: { id: string }[] };
    expect(asJson.strategies.map(({ id }) => id)).toContain('adaptive-percentile');
  });
});
