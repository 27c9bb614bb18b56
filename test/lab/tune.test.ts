import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binLogarithmically, measureNorms } from '../../lab/analysis/norms.ts';
import type { Summary } from '../../lab/analysis/summary.ts';
import { runOf, stepLine } from './fixtures.ts';
import { runLab } from './screen.ts';

const steps = (...norms: number[]) => norms.map((normBefore, step) => stepLine(step, { normBefore }));
const diverged = { outcome: 'diverged', divergedAt: 2, metric: 90 } as const;

describe('the norms measured', () => {
  it('are those of the unclipped runs, and suggest their 90th percentile', () => {
    const clipped = runOf({ strategy: { id: 'global-norm', options: { maxNorm: 1 } } }, {}, steps(1000));
    const measured = measureNorms([
      runOf({}, {}, steps(1, 2, 3, 4, 5, 6)),
      runOf({ seed: 2 }, {}, steps(7, 8, 9, 10, 11)),
      clipped,
    ]);
    expect(measured).toMatchObject({ maxNorm: 10, runs: 2, learningRate: 1 });
    expect(measured?.because).toContain('10 is percentile 90 of 11 measured norms (median 6, largest 11)');
  });

  it('come from the largest rate at which every run trained, and say so', () => {
    const measured = measureNorms([
      runOf({ learningRate: 3 }, diverged, steps(1, 100, Infinity)),
      runOf({ learningRate: 1 }, {}, steps(2, 2, 2)),
      runOf({ learningRate: 0.3 }, {}, steps(1, 1, 1)),
    ]);
    expect(measured).toMatchObject({ maxNorm: 2, learningRate: 1 });
    expect(measured?.because).toMatch(/Measured at rate 1, because unclipped training diverged at 3\.$/);
  });

  it('fall back to the median if every run diverged', () => {
    const measured = measureNorms([runOf({}, diverged, steps(1, 2, 3000))]);
    expect(measured).toMatchObject({ maxNorm: 2 });
    expect(measured?.because).toContain('so this is the median');
  });

  it('are undefined if every run was clipped', () => {
    expect(measureNorms([])).toBeUndefined();
  });
});

describe('logarithmic bins', () => {
  it('count every positive value once, the largest in the last bin', () => {
    const bins = binLogarithmically([1, 10, 100, 0], 2);
    expect(bins.map(({ count }) => count)).toEqual([1, 2]);
    expect(bins[0]?.to).toBeCloseTo(10, 9);
    expect(binLogarithmically([3, 3], 4).map(({ count }) => count)).toEqual([2, 0, 0, 0]);
    expect(binLogarithmically([], 4)).toEqual([]);
  });
});

describe('tune', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradclip-tune-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('suggests a threshold and shows norms and scores in terminal and report', { timeout: 120_000 }, async () => {
    const network = ['--task', 'adding', '--cell', 'rnn', '--learning-rate', '0.01', '--seeds', '1', '--steps', '4'];
    const args = ['tune', ...network, '--workers', '0', '--out', folder];
    const { code, out, err } = await runLab(...args);
    expect(code, err).toBe(0);
    expect(out).toContain('Gradient norms without clipping at learning rate 0.01');
    expect(out).toContain('<- suggested');
    expect(out).toMatch(/Suggested: maxNorm [\d.]+\. [\d.]+ is percentile 90 of 8 measured norms/);
    expect(out).toMatch(/Best on validation: maxNorm [\d.]+ at learning rate [\d.]+\. On the test data/);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary;
    const scored = summary.rows.filter(({ tuning }) => !tuning);
    expect(scored.map(({ strategy }) => strategy.id)).toEqual(['none', 'global-norm']);
    // 16 settings of each strategy for a quarter of the steps, then 4 of them for all steps.
    const countOf = (id: string, steps: number): number =>
      summary.rows.filter(
        ({ strategy, plannedSteps, tuning }) => tuning && strategy.id === id && plannedSteps === steps,
      ).length;
    for (const id of ['none', 'global-norm'])
      expect([countOf(id, 1), countOf(id, 4)]).toEqual([16, id === 'none' ? 5 : 4]);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('Distribution of the gradient norm without clipping');
    expect(page).toContain('aria-label="Validation score by threshold, rnn"');
    const again = await runLab('report', '--out', folder);
    expect(again.code).toBe(0);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(page);
  });

  it('rejects an unknown cell', async () => {
    expect(await runLab('tune', '--cell', 'lstn', '--out', folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Unknown cell `lstn`. Did you mean `lstm`?\n') as string,
    });
  });
});
