// The packed lab, installed in an empty folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { node, ROOT, run } from './run.ts';

const { lab: folder } = inject('installed');

const PLUGIN = `
import { defineStrategy, positive, scaleAll } from 'gradclip/define';
import * as tf from '@tensorflow/tfjs';

const halve = defineStrategy({
  id: 'halve', title: 'Multiply by a factor',
  fields: { factor: positive({ default: 0.5, about: 'The factor of the gradients.' }) },
  clip: ({ factor }, gradients) => scaleAll(gradients, tf.scalar(factor)),
});
const numbers = Array.from({ length: 20 }, (_, index) => index / 20);
const toBatch = (some) => ({ x: tf.tensor3d(some, [some.length, 1, 1]), y: tf.tensor2d(some.map((x) => x ** 3), [some.length, 1]) });
const loss = (model, { x, y }) => tf.losses.meanSquaredError(y, model.apply(x));
const cube = {
  id: 'cube', title: 'Cubes', about: 'Return the cube of a number.', settings: { units: 3 },
  dataset: { id: 'generated', title: 'generated', licence: 'none needed', url: '' },
  knownGood: { cell: 'rnn', optimizer: 'adam', learningRate: 0.1, strategy: { id: 'none' }, steps: 4, seed: 1, target: 0.1 },
  metric: { name: 'squared error', better: 'lower' }, loss: { name: 'squared error', perTrained: 1 },
  prepare: (data, { units }) => ({
    baseline: 0.1, trivialLoss: 0.1, loss,
    model: (cell, seed) => tf.sequential({ layers: [
      cell.layer({ units, seed, returnSequences: false, inputShape: [1, 1] }),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed }) }) ] }),
    batch: (step, seed) => toBatch(numbers.slice((step + seed) % 10, 10 + ((step + seed) % 10))),
    evaluate: async (model) => ({ value: tf.tidy(() => loss(model, toBatch(numbers)).dataSync()[0]), standardError: 0.01 }),
  }),
};
export default { strategies: [halve], tasks: [cube] };
`;

describe('the lab from its package', () => {
  it('answers `npx gradclip-lab list`', async () => {
    const { code, out, err } = await run(folder, 'npx', '--no-install', 'gradclip-lab', 'list');
    expect(code, err).toBe(0);
    for (const named of ['char-lm', 'lstm', 'global-norm', 'temporal-order-length']) expect(out).toContain(named);
  });

  it('compares strategies with two threads and bundled data, and writes a report', async () => {
    const grid = '--tasks char-lm --cells rnn --strategies none,global-norm --learning-rates 1 --seeds 1 --steps 3';
    const args = ['gradclip-lab', 'compare', ...grid.split(' '), '--workers', '2', '--out', 'compared'];
    const { code, out, err } = await run(folder, 'npx', '--no-install', ...args);
    expect(code, err).toBe(0);
    expect(out).toMatch(/global-norm/);
    const summary = JSON.parse(readFileSync(join(folder, 'compared/summary.json'), 'utf8')) as { rows: unknown[] };
    expect(summary.rows).toHaveLength(2);
    expect(existsSync(join(folder, 'compared/report.html'))).toBe(true);
  });

  it('loads a plugin in the folder of its user, with two threads', async () => {
    writeFileSync(join(folder, 'mine.mjs'), PLUGIN);
    const lab = async (...args: string[]): Promise<string> => {
      const own = ['--plugin', 'mine.mjs', '--out', args[0] === 'tune' ? 'tuned' : 'own'];
      const { code, out, err } = await run(folder, 'npx', '--no-install', 'gradclip-lab', ...args, ...own);
      expect(code, err).toBe(0);
      return out;
    };
    const network = ['--settings', 'units=2', '--seeds', '1,2', '--steps', '4', '--workers', '2'];
    const strategies = ['--strategies', 'none', 'halve:factor=0.25'];
    await lab('compare', '--tasks', 'cube', '--cells', 'rnn', '--learning-rates', '0.1', ...strategies, ...network);
    expect(await lab('report')).toMatch(/cube with adam[^]*halve/);
    expect(await lab('tune', '--task', 'cube', '--cell', 'rnn', '--learning-rate', '0.1', ...network)).toMatch(
      /Suggested: maxNorm/,
    );
  });

  it('can be imported as a library with types', async () => {
    const program = `
      import { runExperiment, type RunRecord } from 'gradclip-lab';
      const grid = { tasks: ['adding'], settings: { units: 4, length: 5 }, cells: ['rnn'], optimizers: ['sgd'] };
      const rest = { learningRates: [0.1], strategies: [{ id: 'none' }], seeds: [1], steps: 2 };
      for await (const record of runExperiment({ ...grid, ...rest })) {
        const { type }: RunRecord = record;
        console.log(record.type === 'end' ? record.outcome : type);
      }`;
    writeFileSync(join(folder, 'experiment.mts'), program);
    const compilerOptions = { module: 'node16', target: 'es2022', strict: true, skipLibCheck: true, types: ['node'] };
    const tsconfig = { compilerOptions, files: ['experiment.mts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    expect(await node(folder, join(ROOT, 'node_modules/typescript/bin/tsc'))).toMatchObject({ code: 0, out: '' });
    const { out, err } = await node(folder, 'experiment.mjs');
    expect(out, err).toBe('start\nstep\nstep\nfinished\n');
  });
});
