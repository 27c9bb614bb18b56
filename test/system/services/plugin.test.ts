import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildLab, type BuiltLab } from '../../lab/built.ts';
import { isInstalled, startRedis, type OwnRedis } from './redis-server.ts';

const absent = isInstalled('redis-server') ? undefined : 'redis-server is not installed';

const PLUGIN = `
import { sign } from './sign.mjs';
import { defineStrategy, globalNormOf, limitFactors, positive, scaleAll } from 'gradclip/define';
import * as tf from '@tensorflow/tfjs';

const largest = defineStrategy({
  id: 'largest', title: 'Scale until the largest element fits', laws: { direction: 'global', idempotent: true },
  fields: { maxAbs: positive({ default: 0.1, about: 'The largest absolute value of an element.' }) },
  clip: ({ maxAbs }, gradients) => scaleAll(gradients, limitFactors(globalNormOf(gradients, { ord: 'inf' }), maxAbs)),
});
const relu = {
  id: 'relu', title: 'SimpleRNN with ReLU',
  layer: ({ seed, ...shape }) => tf.layers.simpleRNN({ ...shape, activation: 'relu',
    kernelInitializer: tf.initializers.glorotUniform({ seed }), recurrentInitializer: tf.initializers.identity({}) }),
};
const toTensors = (numbers) => {
  const x = tf.tensor3d(numbers, [4, 2, 1]);
  return { x, y: tf.mul(sign, tf.sum(x, 1)) };
};
const batchOf = (...key) => toTensors(Array.from({ length: 8 }, (_, index) => Math.sin(index + key.length + key[0])));
const error = (model, { x, y }) => tf.losses.meanSquaredError(y, model.apply(x));
const sums = {
  id: 'sums', title: 'Sums', about: 'Return minus the sum of two numbers.',
  dataset: { id: 'generated', title: 'generated', licence: 'none needed', url: '' },
  settings: { units: 3 }, metric: { name: 'squared error', better: 'lower' },
  loss: { name: 'squared error', perTrained: 1 },
  prepare: (data, { units }) => ({
    baseline: 1, trivialLoss: 1,
    model: (cell, seed) => tf.sequential({ layers: [
      cell.layer({ units, seed, returnSequences: false, inputShape: [2, 1] }),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 1 }) }) ] }),
    batch: (step, seed) => batchOf(step, seed),
    loss: error,
    evaluate: async (model, part) => ({ value: tf.tidy(() => error(model, batchOf(part.length)).dataSync()[0]), standardError: 0.1 }),
  }),
};
const mine = {
  id: 'mine', question: 'Does a limit on the elements help?', budget: 'Two rates.', smoke: {},
  grid: { tasks: ['sums'], cells: ['relu', 'rnn'], optimizers: ['sgd'], learningRates: [0.1, 0.2], steps: 4,
    strategies: [{ id: 'none' }, { id: 'largest' }], tuning: { seeds: [3] }, seeds: [1, 2] },
};
export default { strategies: [largest], cells: [relu], tasks: [sums], experiments: [mine] };
`;

let lab: BuiltLab;
let folder: string;
let plugin: string;
const children = new Set<ChildProcess>();
const experiment = ['--experiment', 'mine'];
const network = ['--settings', 'units=3', '--steps', '4', '--seeds', '1,2'];
const grid = [
  ...['--tasks', 'sums', '--cells', 'relu,rnn', '--strategies', 'none', 'largest', '--optimizers', 'sgd'],
  ...['--learning-rates', '0.1', ...network],
];

beforeAll(async () => {
  lab = await buildLab();
  // Inside the lab, so that a plugin finds its packages as one in a user's project does.
  folder = mkdtempSync(fileURLToPath(new URL('../../../lab/node_modules/.plugin-', import.meta.url)));
  plugin = writePlugin('here');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => {
  lab.remove();
  rmSync(folder, { recursive: true });
});

function writePlugin(name: string): string {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'mine.mjs'), PLUGIN);
  writeFileSync(join(folder, name, 'sign.mjs'), 'export const sign = -1;\n');
  return join(folder, name, 'mine.mjs');
}

/** Starts the program in the folder of the plugins. */
function start(...args: string[]): { readonly ended: Promise<number | null>; readonly text: () => string } {
  const child = spawn(process.execPath, [lab.bin, ...args], { cwd: folder });
  children.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { ended: new Promise((resolve) => child.on('close', resolve)), text: () => text };
}

async function runProgram(...args: string[]): Promise<string> {
  const { ended, text } = start(...args);
  expect(await ended, text()).toBe(0);
  return text();
}

function readRecords(out: string): Map<string, string> {
  const runs = join(folder, out, 'runs');
  return new Map(
    readdirSync(runs).map((name) => [name, readFileSync(join(runs, name), 'utf8').replace(/"ms":[\d.e-]+/g, '')]),
  );
}

describe('--plugin', { timeout: 120_000 }, () => {
  it('adds a strategy, a task and a cell to worker threads, whose records are those of one thread', async () => {
    const text = await runProgram('compare', ...grid, '--plugin', plugin, '--workers', '2', '--out', 'threads');
    expect(text).toMatch(/Training 8 runs \(2 cells × 2 strategies × 2 seeds\) on 2 worker threads/);
    await runProgram('compare', ...grid, '--plugin', plugin, '--workers', '0', '--out', 'main');
    expect(readRecords('threads').size).toBe(8);
    expect(readRecords('threads')).toEqual(readRecords('main'));
  });

  it('is accepted by report, keep, results and tune, by a path relative to the folder', async () => {
    const own = ['--plugin', 'here/mine.mjs'];
    await runProgram('compare', ...experiment, ...own, '--workers', '2', '--out', 'relative');
    expect(await runProgram('report', ...own, '--out', 'relative')).toContain('largest');
    mkdirSync(join(folder, 'saved'));
    const kept = await runProgram('keep', 'saved/mine.jsonl', ...own, '--out', 'relative');
    expect(kept).toBe('Saved 16 runs in saved/mine.jsonl.\n');
    await runProgram('results', '--from', 'saved', '--to', 'docs', ...own);
    expect(readFileSync(join(folder, 'docs/results.md'), 'utf8')).toContain('Does a limit on the elements help?');
    const tuned = await runProgram(
      ...['tune', '--task', 'sums', '--cell', 'relu', '--learning-rate', '0.1'],
      ...[...network, ...own, '--workers', '2', '--out', 'tuned'],
    );
    expect(tuned).toContain('maxNorm');
  });

  it.skipIf(absent)(
    `is loaded by a Redis worker from another folder, and no code comes from the queue${absent ? ` (${absent})` : ''}`,
    async () => {
      const redis: OwnRedis = await startRedis();
      try {
        cpSync(join(folder, 'here'), join(folder, 'there'), { recursive: true });
        const address = ['--redis', `redis://127.0.0.1:${redis.port}`];
        const worker = start('worker', ...address, '--threads', '2', '--plugin', 'there/mine.mjs');
        const compared = start('compare', ...experiment, ...address, '--plugin', 'here/mine.mjs', '--out', 'redis');
        expect(await compared.ended, compared.text() + worker.text()).toBe(0);
        await runProgram('compare', ...experiment, '--plugin', plugin, '--workers', '2', '--out', 'local');
        expect(readRecords('redis')).toEqual(readRecords('local'));
        expect(worker.text().match(/^[0-9a-f]{16} (relu|rnn) (none|largest)/gm)).toHaveLength(16);
      } finally {
        await redis.stop();
      }
    },
  );
});
