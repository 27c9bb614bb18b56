// That every task can be learned, and by which setting. Minutes long, so it runs by `npm run test:slow` alone.
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { createContainer, TOKENS } from 'gradclip';
import { shelf } from 'gradclip/strategies';
import { repairWasmBackend } from 'gradclip/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { cellOf, optimizerOf } from '../../../lab/catalogue.ts';
import { dataOf } from '../../../lab/node/data.ts';
import type { EndRecord } from '../../../lab/record.ts';
import { run } from '../../../lab/run.ts';
import type { Task } from '../../../lab/task.ts';
import { tasks } from '../../../lab/tasks/index.ts';
import { environment } from '../fixtures.ts';

const slow = process.env['MODE'] === 'slow';
const registry = createContainer({ shelf }).get(TOKENS.StrategyRegistry);

describe('the known good setting', () => {
  it.each(tasks)('of $id names what there is, and promises more than the baseline', async (task: Task) => {
    const { cell, optimizer, strategy, settings, target } = task.knownGood!;
    cellOf(cell);
    optimizerOf(optimizer);
    registry.create(strategy);
    expect(Object.keys(task.settings)).toEqual(expect.arrayContaining(Object.keys(settings ?? {})));

    const { text } = await dataOf(task, undefined);
    const { baseline, trivialLoss } = task.prepare(text, { ...task.settings, ...settings });
    expect(trivialLoss).toBeGreaterThan(0);
    expect(task.metric.better === 'lower' ? baseline - target : target - baseline).toBeGreaterThan(0);
  });
});

describe.skipIf(!slow)(`the known good setting, trained${slow ? '' : ' (skipped: npm run test:slow)'}`, () => {
  beforeAll(async () => {
    repairWasmBackend();
    await tf.setBackend('wasm');
  });

  it.each(tasks)('of $id reaches its target', { timeout: 600_000 }, async (task: Task) => {
    const end = await trained(task);
    const { target } = task.knownGood!;
    console.log(`${task.id}: ${end.metric} (target ${target}) in ${(end.ms / 1000).toFixed(0)} s`);
    expect(end.outcome).toBe('finished');
    if (task.metric.better === 'lower') expect(end.metric).toBeLessThanOrEqual(target);
    else expect(end.metric).toBeGreaterThanOrEqual(target);
  });
});

async function trained(task: Task): Promise<EndRecord> {
  const { cell, optimizer, strategy: spec, target: _target, settings: own, ...numbers } = task.knownGood!;
  const settings = { ...task.settings, ...own };
  const { id: data, text } = await dataOf(task, undefined);
  const strategy = registry.create(spec);
  const config = {
    ...numbers,
    ...{ task: task.id, settings, data, cell, optimizer, backend: 'wasm' },
    strategy: { id: strategy.id, options: strategy.options },
  };
  const parts = { task, problem: task.prepare(text, settings), cell: cellOf(cell), optimizer: optimizerOf(optimizer) };
  for await (const record of run(config, { ...parts, strategy, environment })) {
    if (record.type === 'end') return record;
  }
  throw new Error(`The run of ${task.id} did not end.`);
}
