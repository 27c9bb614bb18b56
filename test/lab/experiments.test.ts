import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../lab/cli.ts';
import { builtIn } from '../../lab/catalogue/catalogue.ts';
import { cells } from '../../lab/cells/index.ts';
import { experiments } from '../../lab/experiments/index.ts';
import type { Summary } from '../../lab/analysis/summary.ts';
import { accelerate } from '../../src/recurrent/index.ts';
import { Screen } from './screen.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-experiments-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(experiments)('the experiment $id', ({ id, question, budget, grid }) => {
  it('runs its smallest subset and produces an answer', { timeout: 60_000 }, async () => {
    const [stdout, stderr] = [new Screen(), new Screen()];
    const out = join(folder, id);
    const args = ['compare', '--experiment', id, '--smoke', '--workers', '0', '--out', out];
    expect(await runCli({ args, stdout, stderr, signal: new AbortController().signal }), stderr.text).toBe(0);
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as Summary;
    expect(summary.experiment).toBe(`${id}, smoke`);
    expect(summary.rows.length).toBeGreaterThan(1);
    expect(summary.rows.some(({ strategy }) => strategy.id === 'none')).toBe(true);
    expect(stdout.text).not.toMatch(/undefined|NaN|\[object/);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(question.replaceAll("'", '&#39;'));
  });

  it('asks a question, gives every strategy the same budget, and compares it with no clipping', () => {
    expect(question).toMatch(/\?$/);
    expect(budget).toMatch(/\.$/);
    expect(grid.strategies).toContainEqual({ id: 'none' });
    for (const strategy of grid.strategies) expect(() => builtIn.strategy(strategy)).not.toThrow();
    expect(new Set(grid.seeds).size).toBe(grid.seeds.length);
    expect(grid.seeds.length).toBeGreaterThan(1);
  });
});

describe.each(cells)('the cell $id', ({ layer }) => {
  const model = (seed: number, returnSequences: boolean): tf.Sequential =>
    tf.sequential({ layers: [layer({ units: 4, seed, returnSequences, inputShape: [5, 3] })] });
  const answers = (made: tf.LayersModel): number[] =>
    tf.tidy(() => Array.from((made.predict(tf.linspace(-1, 1, 30).reshape([2, 5, 3])) as tf.Tensor).dataSync()));

  it('has the requested shape and the weights of its seed', async () => {
    await tf.setBackend('cpu');
    expect(model(1, true).outputs[0]?.shape).toEqual([null, 5, 4]);
    expect(model(1, false).outputs[0]?.shape).toEqual([null, 4]);
    expect(answers(model(1, false))).toEqual(answers(model(1, false)));
    expect(answers(model(2, false))).not.toEqual(answers(model(1, false)));
  });

  it('gives the same numbers with fused layers', () => {
    const plain = model(3, true);
    const [one, other] = [answers(plain), answers(accelerate(plain))];
    one.forEach((value, at) => expect(other[at]).toBeCloseTo(value, 5));
  });
});
