import { describe, expect, it } from 'vitest';
import { builtIn } from '../../lab/catalogue/catalogue.ts';
import { digestRun, type RunDigest } from '../../lab/analysis/digest.ts';
import type { Grid } from '../../lab/experiments/_experiment.ts';
import { planStage, type Stage } from '../../lab/node/plan-tuning.ts';
import type { PlannedRun } from '../../lab/node/plan.ts';
import type { RunConfig } from '../../lab/run/run-config.ts';
import { runOf } from './fixtures.ts';

const grid: Grid = {
  tasks: ['adding'],
  cells: ['rnn', 'gru'],
  optimizers: ['sgd'],
  learningRates: [0.01, 0.1, 1, 10],
  strategies: [{ id: 'none' }, { id: 'global-norm', options: { ord: 1 } }, { id: 'adaptive-percentile' }],
  tuning: {
    seeds: [1, 2],
    thresholds: { 'global-norm': { maxNorm: [0.1, 0.3, 1, 3] }, 'adaptive-percentile': { percentile: [10, 90] } },
  },
  seeds: [1, 2, 3],
  steps: 40,
};
const context = { catalogue: builtIn, data: () => 'data', backend: 'wasm' };

/** Plans all stages, with a validation score for each configuration; null for a run that diverged. */
async function planAll(
  scoreOf: (config: RunConfig) => number | 'failed' | null,
  changed: Partial<Grid> = {},
): Promise<Stage[]> {
  const digests = new Map<string, RunDigest | 'failed'>();
  const stages: Stage[] = [];
  do {
    const stage = await planStage({ ...grid, ...changed }, context, (id) => digests.get(id));
    stages.push(stage);
    for (const { id, config } of stage.runs) {
      const score = scoreOf(config);
      if (score === 'failed') digests.set(id, score);
      else digests.set(id, digestRun(runOf(config, score === null ? { outcome: 'diverged' } : { score })));
    }
  } while (!stages.at(-1)!.isLast);
  return stages;
}

const tuningRuns = ({ runs }: Stage): PlannedRun[] => runs.filter(({ config }) => config.tuning);
const settingsOf = (runs: readonly PlannedRun[]): Set<string> =>
  new Set(runs.map(({ config }) => JSON.stringify([config.cell, config.strategy, config.learningRate])));

describe('a grid with tuning', () => {
  it('gives every strategy of every network 16 settings for a quarter of the steps, then 4 for all steps', async () => {
    const [first, second, last] = await planAll(({ learningRate }) => Math.abs(Math.log(learningRate)));
    expect(first!.isLast).toBe(false);
    for (const cell of grid.cells) {
      for (const { id } of grid.strategies) {
        const own = (stage: Stage, steps: number): PlannedRun[] =>
          tuningRuns(stage).filter(
            ({ config }) => config.cell === cell && config.strategy.id === id && config.steps === steps,
          );
        expect(settingsOf(own(first!, 10)).size).toBe(16);
        expect(own(first!, 10)).toHaveLength(32);
        expect(settingsOf(own(second!, 40)).size).toBe(4);
      }
    }
    expect(tuningRuns(last!)).toEqual(tuningRuns(second!));
  });

  it('lets every strategy try the same 16 rates', async () => {
    const [first] = await planAll(() => 1);
    const ratesOf = (id: string): number[] =>
      [...new Set(first!.runs.flatMap(({ config }) => (config.strategy.id === id ? config.learningRate : [])))].sort(
        (a, b) => a - b,
      );
    expect(ratesOf('none')).toHaveLength(16);
    expect([ratesOf('none')[0], ratesOf('none').at(-1)]).toEqual([0.01, 10]);
    expect(ratesOf('global-norm')).toEqual(ratesOf('none'));
    expect(ratesOf('adaptive-percentile')).toEqual(ratesOf('none'));
  });

  it('tries every threshold if there is one rate', async () => {
    const [first] = await planAll(() => 1, { learningRates: [0.1] });
    const thresholds = first!.runs.map(({ config }) => config.strategy.options?.['maxNorm']);
    expect(new Set(thresholds)).toEqual(new Set([undefined, 0.1, 0.3, 1, 3]));
  });

  it('trains only the best setting with the seeds of the grid', async () => {
    const stages = await planAll(({ learningRate, strategy }) => {
      const { maxNorm = 0.3, percentile = 90 } = strategy.options as { maxNorm?: number; percentile?: number };
      return Math.abs(Math.log(learningRate)) + Math.abs(maxNorm - 0.3) + Math.abs(percentile - 90);
    });
    const scored = stages.at(-1)!.runs.filter(({ config }) => !config.tuning && config.cell === 'gru');
    const [none, clipped, adaptive] = ['none', 'global-norm', 'adaptive-percentile'].map((id) =>
      scored.filter(({ config }) => config.strategy.id === id).map(({ config }) => config),
    );
    expect(none!.map(({ seed, steps }) => [seed, steps])).toEqual([
      [1, 40],
      [2, 40],
      [3, 40],
    ]);
    expect(clipped![0]).toMatchObject({ strategy: { options: { maxNorm: 0.3, ord: 1 } } });
    expect(Math.abs(Math.log(clipped![0]!.learningRate))).toBeLessThan(1);
    expect(adaptive![0]!.strategy.options).toMatchObject({ percentile: 90 });
    // Without a threshold, the 16 settings are learning rates between the smallest and the largest.
    expect(none![0]!.learningRate).toBeGreaterThan(0.6);
    expect(none![0]!.learningRate).toBeLessThan(1.6);
  });

  it('ranks a diverged run below every score', async () => {
    const stages = await planAll(({ learningRate }) => (learningRate > 0.05 ? null : 5));
    const scored = stages.at(-1)!.runs.filter(({ config }) => !config.tuning);
    for (const { config } of scored) expect(config.learningRate).toBeLessThan(0.05);
  });

  it('ranks a setting of which a run failed below every score, and goes on', async () => {
    const stages = await planAll(({ learningRate, seed }) => (learningRate > 0.05 && seed === 1 ? 'failed' : 5));
    const scored = stages.at(-1)!.runs.filter(({ config }) => !config.tuning);
    expect(scored).toHaveLength(18);
    for (const { config } of scored) expect(config.learningRate).toBeLessThan(0.05);
  });

  it('leaves out a strategy whose settings all failed', async () => {
    const stages = await planAll(({ strategy }) => (strategy.id === 'global-norm' ? 'failed' : 5));
    const scored = stages.at(-1)!.runs.filter(({ config }) => !config.tuning);
    expect(new Set(scored.map(({ config }) => config.strategy.id))).toEqual(new Set(['none', 'adaptive-percentile']));
  });

  it('never trains a tuning run and a scored run with the same id', async () => {
    const { runs } = (await planAll(() => 1)).at(-1)!;
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });

  it('is refused if it names a primary strategy that it does not have', async () => {
    await expect(planAll(() => 1, { primary: ['global-norn'] })).rejects.toThrow(
      '`primary` names `global-norn`, which is no strategy of this grid.',
    );
  });

  it('trains no tuning run if there is nothing to choose', async () => {
    const stages = await planAll(() => 1, { learningRates: [1], tuning: { seeds: [1] } });
    expect(stages).toHaveLength(1);
    expect(tuningRuns(stages[0]!)).toEqual([]);
  });
});
