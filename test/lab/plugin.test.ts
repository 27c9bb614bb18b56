import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../lab/analysis/summary.ts';
import { usePlugin } from '../../lab/node/plugin.ts';
import { runLab } from './screen.ts';

// Inside the lab, so that a plugin finds its packages as one in a user's project does.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(fileURLToPath(new URL('../../lab/node_modules/.plugin-', import.meta.url)));
});
afterAll(async () => {
  await usePlugin(undefined);
  rmSync(folder, { recursive: true });
});

const PARTS = `
import * as tf from '@tensorflow/tfjs';
import { units } from './units.mjs';

const wide = { id: 'wide', title: 'A wide RNN', layer: ({ seed, ...shape }) => tf.layers.simpleRNN({ ...shape, units }) };
const broken = { id: 'broken', title: 'A cell without a layer', layer: () => { throw new Error('no layer'); } };
const huge = { id: 'huge', title: 'A cell with too many weights', layer: () => { new Float32Array(-1); } };
const slow = { id: 'slow', make: (rate) => tf.train.sgd(rate / 100) };
const moody = { id: 'moody', make: (rate) => {
  if (rate === 0.2) throw new Error('not at this rate');
  return tf.train.sgd(rate);
} };
const mine = {
  id: 'mine', question: 'Is wide better?', budget: 'One setting.',
  grid: { tasks: ['adding'], settings: { units: 4, length: 5 }, cells: ['wide'], optimizers: ['slow'],
    learningRates: [0.1], strategies: [{ id: 'none' }, { id: 'global-norm' }], seeds: [1], steps: 2 },
  smoke: {},
};
const tuned = { ...mine, id: 'tuned', grid: { ...mine.grid, optimizers: ['moody'], learningRates: [0.01, 0.1, 0.2],
  tuning: { seeds: [1, 2] }, seeds: [1, 2, 3] } };
export default { cells: [wide, broken, huge], optimizers: [slow, moody], experiments: [mine, tuned] };
`;

function writePlugin(name: string, parts = PARTS): string {
  const path = join(folder, name, 'mine.mjs');
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(path, parts);
  writeFileSync(join(folder, name, 'units.mjs'), 'export const units = 9;\n');
  return path;
}

function readPlugins(out: string): string[] {
  const runs = join(out, 'runs');
  const texts = readdirSync(runs).map((name) => readFileSync(join(runs, name), 'utf8'));
  return texts.map((text) => (JSON.parse(text.split('\n')[0] ?? '') as { config: { plugin: string } }).config.plugin);
}

describe('--plugin', () => {
  it('adds parts and experiments to compare, report, keep and results', async () => {
    const plugin = ['--plugin', writePlugin('whole')];
    const out = ['--out', join(folder, 'out')];
    const compared = await runLab('compare', '--experiment', 'mine', '--workers', '0', '--json', ...out, ...plugin);
    expect(compared.code, compared.err).toBe(0);
    expect((JSON.parse(compared.out) as Summary).rows).toMatchObject([
      { cell: 'wide', optimizer: 'slow' },
      { cell: 'wide', optimizer: 'slow' },
    ]);
    const reported = await runLab('report', ...out, ...plugin);
    expect(reported.code, reported.err).toBe(0);
    const saved = join(folder, 'saved/mine.jsonl');
    mkdirSync(join(folder, 'saved'));
    expect(await runLab('keep', saved, ...out, ...plugin)).toMatchObject({
      code: 0,
      out: `Saved 2 runs in ${saved}.\n`,
    });
    const written = await runLab('results', '--from', join(folder, 'saved'), '--to', join(folder, 'docs'), ...plugin);
    expect(written.code, written.err).toBe(0);
    expect(readFileSync(join(folder, 'docs/results.md'), 'utf8')).toContain('Is wide better?');
  });

  it('adds parts to list', async () => {
    const { out, err } = await runLab('list', '--plugin', writePlugin('listed'));
    expect(err).toBe('');
    for (const line of ['  wide: A wide RNN', '  mine: Is wide better?']) expect(out.split('\n')).toContain(line);
    expect(out).toMatch(/Optimizers\n {2}.*, slow, moody\n/);
    expect((await runLab('list')).out).not.toContain('wide');
    const parts = JSON.parse((await runLab('list', '--json', '--plugin', writePlugin('listed'))).out) as Record<
      string,
      unknown
    >;
    expect(parts).toMatchObject({ cells: expect.arrayContaining([{ id: 'wide', title: 'A wide RNN' }]) as unknown });
  });

  it('adds parts to tune', async () => {
    const network = [
      '--task',
      'adding',
      '--settings',
      'units=4,length=5',
      '--cell',
      'wide',
      '--seeds',
      '1',
      '--steps',
      '2',
    ];
    const out = join(folder, 'tuned');
    const { code, err } = await runLab(
      'tune',
      ...network,
      '--workers',
      '0',
      '--out',
      out,
      '--plugin',
      writePlugin('tune'),
    );
    expect(code, err).toBe(0);
  });

  it('is part of the id of a run by its content and that of the files it imports, not by its folder', async () => {
    const digestOf = async (path: string): Promise<string> => (await usePlugin(path))?.digest ?? '';
    const path = writePlugin('digest');
    const digest = await digestOf(path);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    cpSync(join(folder, 'digest'), join(folder, 'elsewhere'), { recursive: true });
    expect(await digestOf(join(folder, 'elsewhere/mine.mjs'))).toBe(digest);
    writeFileSync(join(folder, 'elsewhere/units.mjs'), 'export const units = 10;\n');
    await usePlugin(undefined);
    expect(await digestOf(join(folder, 'elsewhere/mine.mjs'))).not.toBe(digest);

    const out = join(folder, 'ids');
    await runLab('compare', '--experiment', 'mine', '--workers', '0', '--out', out, '--plugin', path);
    expect(readPlugins(out)).toEqual([digest, digest]);
  });

  it('needs options for what a task without `knownGood` does not bring', async () => {
    const task = `export default { tasks: [{ id: 'bare', title: '', about: '', settings: {}, prepare() {},
      loss: { name: '', perTrained: 1 }, dataset: { id: '', title: '', licence: '', url: '' }, metric: { name: '', better: 'lower' } }] };`;
    const args = ['--tasks', 'adding,bare', '--steps', '5', '--plugin', writePlugin('bare', task)];
    const { code, err } = await runLab('compare', ...args, '--out', join(folder, 'never'));
    expect([code, err]).toEqual([
      2,
      'No known configuration learns `bare`. Set --optimizers and --learning-rates, or declare `knownGood` in the task.\n',
    ]);
  });

  it('is forgotten by the next command without it', async () => {
    expect(await runLab('compare', '--experiment', 'mine', '--out', join(folder, 'never'))).toMatchObject({ code: 2 });
  });

  it.each([
    { about: 'a missing file', text: undefined, says: 'missing.mjs: no such file.' },
    { about: 'a syntax error', text: 'export default {', says: 'cannot be loaded: ' },
    { about: 'an unknown key', text: 'export default { strategys: [] };', says: 'is wrong at `strategys`.' },
    {
      about: 'a part without an id',
      text: 'export default { cells: [{}] };',
      says: 'the default export has no `cells.0.id`.',
    },
    {
      about: 'a cell without a layer',
      text: "export default { cells: [{ id: 'c', title: 'C' }] };",
      says: 'the default export has no `cells.0.layer`.',
    },
    {
      about: 'a task whose metric has no direction',
      text: `export default { tasks: [{ id: 't', title: 'T', about: '', settings: {}, prepare() {}, loss: { name: '', perTrained: 1 },
        dataset: { id: '', title: '', licence: '', url: '' }, metric: { name: 'x', better: 'less' } }] };`,
      says: "is wrong at `tasks.0.metric.better`. Expected 'lower' or 'higher'; received \"less\".",
    },
    {
      about: 'an experiment without seeds',
      text: `export default { experiments: [{ id: 'e', question: '', budget: '', smoke: {}, grid: { tasks: [], cells: [],
        optimizers: [], learningRates: { rnn: [1] }, strategies: [] } }] };`,
      says: 'has no `experiments.0.grid.seeds`.',
    },
    {
      about: 'a strategy that is none',
      text: "export default { strategies: [{ id: 'mine', title: 'Mine' }] };",
      says: '.mjs: A registry takes strategy factories made by `defineStrategy`',
    },
    { about: 'no default export', text: 'export const cells = [];', says: 'Expected an object with `strategies`,' },
    {
      about: 'an id of the lab',
      text: "export default { cells: [{ id: 'lstm', title: '', layer() {} }] };",
      says: 'Two cells have the id `lstm`. Give yours another id.',
    },
  ])('is refused for $about with exit code 2', async ({ text, says }) => {
    const path = join(folder, `${text === undefined ? 'missing' : `bad-${text.length}`}.mjs`);
    if (text !== undefined) writeFileSync(path, text);
    const { code, err } = await runLab('compare', '--out', join(folder, 'never'), '--plugin', path);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});

describe('a configuration that fails', () => {
  const grid = [
    '--tasks',
    'adding',
    '--settings',
    'units=4,length=5',
    '--strategies',
    'none',
    '--seeds',
    '1',
    '--steps',
    '2',
  ];

  it('is refused before any training if its model cannot be built', async () => {
    const out = join(folder, 'unbuildable');
    const args = ['compare', ...grid, '--cells', 'rnn,broken', '--learning-rates', '0.1', '--workers', '0'];
    const { code, err } = await runLab(...args, '--out', out, '--plugin', writePlugin('broken'));
    expect([code, err]).toEqual([2, 'The cell `broken` cannot be trained on the task `adding`: no layer\n']);
    expect(readdirSync(join(out, 'runs'))).toEqual([]);
  });

  it('is refused before any training with its settings if its arrays would be too large', async () => {
    const args = ['compare', ...grid, '--cells', 'huge', '--learning-rates', '0.1', '--workers', '0'];
    const { code, err } = await runLab(...args, '--out', join(folder, 'huge'), '--plugin', writePlugin('huge'));
    expect([code, err]).toEqual([
      2,
      'The settings units=4,length=5,batch=32 of the task `adding` need more memory than an array can have. Choose smaller ones.\n',
    ]);
  });

  it('is saved with its reason, lets the others finish, and makes the exit code 1 until it succeeds', async () => {
    const out = join(folder, 'moody');
    const args = ['compare', ...grid, '--cells', 'rnn', '--optimizers', 'moody', '--learning-rates', '0.1,0.2,0.3'];
    const {
      code,
      err,
      out: printed,
    } = await runLab(...args, ...['--workers', '0', '--out', out, '--plugin', writePlugin('moody'), '--json']);
    expect(code).toBe(1);
    expect(err).toContain('1 of 3 runs failed:\n  rnn none rate 0.2 seed 1: not at this rate\n');
    const summary = JSON.parse(printed) as { rows: unknown[]; failed: unknown[] };
    expect(summary.rows).toHaveLength(2);
    expect(summary.failed).toMatchObject([{ config: { learningRate: 0.2 }, reason: 'not at this rate' }]);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(
      'adding, rnn, none, rate 0.2, seed 1: not at this rate',
    );
    const [file] = readdirSync(join(out, 'failed'));
    expect(JSON.parse(readFileSync(join(out, 'failed', file ?? ''), 'utf8'))).toMatchObject({
      reason: 'not at this rate',
    });
  });

  it('does not stop the later stages if it only helps to choose a rate, and is tried again', async () => {
    const args = ['--experiment', 'tuned', '--workers', '0', '--out', join(folder, 'tuned')];
    const plugin = ['--plugin', writePlugin('tuned')];
    const first = await runLab('compare', ...args, ...plugin, '--json');
    expect(first.code, first.err).toBe(1);
    expect(first.err).toContain('4 of 18 runs failed:\n  wide none rate 0.2 seed 1: not at this rate\n');
    expect(first.err).not.toContain('Skipping');
    const scored = (JSON.parse(first.out) as Summary).rows.filter(({ tuning }) => !tuning);
    expect(scored.map(({ strategy, seeds }) => [strategy.id, seeds])).toEqual([
      ['none', [1, 2, 3]],
      ['global-norm', [1, 2, 3]],
    ]);
    const second = await runLab('compare', ...args, ...plugin);
    expect(second.code, second.err).toBe(1);
    expect(second.err.match(/Skipping.*/g)).toEqual([
      `Skipping 8 of 12 runs that are already finished in ${join(folder, 'tuned')}.`,
    ]);
    expect(second.err).toContain('4 of 18 runs failed:');
  });
});
