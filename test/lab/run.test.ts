import * as tf from '@tensorflow/tfjs';
import { type StrategySpec } from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCell, findOptimizer, findTask } from '../../lab/catalogue/catalogue.ts';
import type { EndRecord, RunRecord, StepLine } from '../../lab/run/record.ts';
import { DIVERGED_STEPS, run } from '../../lab/run/run.ts';
import type { Part, Problem } from '../../lab/tasks/_task.ts';
import type { RunConfig } from '../../lab/run/run-config.ts';
import { config as plain, environment } from './fixtures.ts';

beforeAll(() => tf.setBackend('cpu'));

const text = 'It was the best of times, it was the worst of times. '.repeat(20);
const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

async function recordsOf(
  change: Partial<Omit<RunConfig, 'strategy'>>,
  spec: StrategySpec = { id: 'none' },
  atMost = Infinity,
  onEvaluate: (part: Part) => void = () => undefined,
): Promise<RunRecord[]> {
  const strategy = registry.create(spec);
  const { id, options } = strategy;
  const config: RunConfig = { ...plain, ...change, strategy: { id, options } };
  const task = findTask(config.task);
  const problem = task.prepare(text, config.settings);
  const evaluate: Problem['evaluate'] = (model, part) => {
    onEvaluate(part);
    return problem.evaluate(model, part);
  };
  const parts = {
    task,
    problem: { ...problem, evaluate },
    cell: findCell(config.cell),
    optimizer: findOptimizer(config.optimizer),
    strategy,
    environment,
  };
  const records: RunRecord[] = [];
  for await (const record of run(config, parts)) {
    records.push(record);
    if (records.length >= atMost) break;
  }
  return records;
}

function withoutTimes(records: readonly RunRecord[]): unknown[] {
  return records.map((record) => ({ ...record, ms: undefined }));
}

function stepsOf(records: readonly RunRecord[]): StepLine[] {
  return records.filter((record) => record.type === 'step');
}

describe('a run', () => {
  it.each(['rnn', 'lstm', 'gru'])('of %s tells its beginning, its steps and its end', async (cell) => {
    const records = await recordsOf({ cell });
    expect(records.map(({ type }) => type)).toEqual(['start', 'step', 'step', 'step', 'end']);
    expect(records.at(-1)).toMatchObject({ outcome: 'finished', steps: 3 });
  });

  it('gives the same records for the same seed, apart from times, and different records for another seed', async () => {
    const spec = { id: 'adaptive-percentile', options: { percentile: 50 } };
    const [once, again] = [await recordsOf({ seed: 3 }, spec), await recordsOf({ seed: 3 }, spec)];
    expect(withoutTimes(again)).toEqual(withoutTimes(once));
    const other = await recordsOf({ seed: 4 }, spec);
    expect(stepsOf(other).map(({ loss }) => loss)).not.toEqual(stepsOf(once).map(({ loss }) => loss));
  });

  it('records the norm before and after clipping, and the current threshold', async () => {
    const maxNorm = 0.01;
    const clipped = stepsOf(await recordsOf({}, { id: 'global-norm', options: { maxNorm } }));
    const bare = stepsOf(await recordsOf({}));
    expect(clipped[0]?.normBefore).toBe(bare[0]?.normBefore);
    for (const step of clipped) {
      expect(step).toMatchObject({ clipped: true, threshold: maxNorm });
      expect(step.normAfter).toBeCloseTo(maxNorm, 6);
    }
    for (const step of bare) {
      expect(step).toMatchObject({ clipped: false, normAfter: step.normBefore });
      expect(step).not.toHaveProperty('threshold');
    }
  });

  it('lowers the loss', async () => {
    const losses = stepsOf(
      await recordsOf({ steps: 40, learningRate: 1, settings: { units: 8, characters: 8, batch: 8 } }),
    ).map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] as number));
  });

  it('stops early if it diverges and records the step', async () => {
    const records = await recordsOf({ steps: 60, learningRate: 1000 });
    const end = records.at(-1);
    const taken = stepsOf(records).length;
    expect(taken).toBeLessThan(60);
    expect(taken).toBeGreaterThanOrEqual(DIVERGED_STEPS);
    expect(end).toMatchObject({ type: 'end', outcome: 'diverged', divergedAt: taken - 1, steps: taken });
  });

  it('has diverged if the last step explodes, although no loss follows it', async () => {
    const records = await recordsOf({ steps: 1, optimizer: 'adam', learningRate: 3e38 });
    expect(stepsOf(records)).toHaveLength(1);
    expect(Number.isFinite(stepsOf(records)[0]?.loss)).toBe(true);
    expect(records.at(-1)).toMatchObject({ type: 'end', outcome: 'diverged', divergedAt: 0, steps: 1 });
  });

  it('scores a tuning run on validation only, with weights and batches that no other run has', async () => {
    const tuning = await recordsOf({ tuning: true });
    const end = tuning.at(-1) as EndRecord;
    expect([Number.isFinite(end.validation), end.test, end.testError]).toEqual([true, NaN, NaN]);
    expect(end.outcome).toBe('finished');
    const losses = (records: readonly RunRecord[]): number[] => stepsOf(records).map(({ loss }) => loss);
    expect(losses(tuning)).not.toEqual(losses(await recordsOf({})));
  });

  it('ends once the task is solved if it is scored during training', async () => {
    const change = {
      task: 'temporal-order',
      settings: { units: 8, length: 10, batch: 16 },
      learningRate: 0.5,
      steps: 300,
      solvedEvery: 25,
    };
    const end = (await recordsOf(change, { id: 'global-norm' })).at(-1);
    expect(end).toMatchObject({ type: 'end', outcome: 'finished' });
    const { steps, validation } = end as EndRecord;
    expect(validation < 0.01).toBe(steps < 300);
    expect(steps % 25).toBe(0);
    expect(steps).toBeLessThan(300);
  });

  it('ends with its best weights, which it validates only once', async () => {
    const change = { learningRate: 3, steps: 6 };
    const scores: number[] = [];
    for (let steps = 2; steps <= 6; steps += 2)
      scores.push(((await recordsOf({ ...change, steps })).at(-1) as EndRecord).validation);
    const parts: Part[] = [];
    const kept = await recordsOf({ ...change, keepBestEvery: 2 }, { id: 'none' }, Infinity, (part) => parts.push(part));
    const best = Math.min(...scores);
    expect(kept.at(-1)).toMatchObject({ validation: best, bestStep: 2 * (scores.indexOf(best) + 1) });
    expect(parts).toEqual(['validation', 'validation', 'validation', 'test', 'training']);
  });

  it('adds the penalties of regularizers to the differentiated loss, not to the recorded loss', async () => {
    const [plain] = stepsOf(await recordsOf({ cell: 'rnn' }));
    const [penalized] = stepsOf(await recordsOf({ cell: 'rnn-l2' }));
    expect(penalized?.loss).toBe(plain?.loss);
    expect(penalized?.normBefore).not.toBe(plain?.normBefore);
    expect(penalized?.normBefore).toBeCloseTo(plain?.normBefore ?? NaN, 2);
  });

  it('leaks no tensor, whether it finishes or is interrupted', async () => {
    await recordsOf({});
    const before = tf.memory().numTensors;
    await recordsOf({}, { id: 'adaptive-percentile' });
    await recordsOf({ steps: 50 }, { id: 'adaptive-percentile' }, 4);
    expect(tf.memory().numTensors).toBe(before);
  });
});
