// The packed lab, installed in an empty folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { node, ROOT, run } from './run.ts';

const { lab: folder } = inject('installed');

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
