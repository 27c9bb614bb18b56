// That every task can be learned, and by which setting. It takes minutes: npm run test:slow.
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { repairWasmBackend } from 'gradclip/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCell, findOptimizer } from '../../../lab/catalogue/catalogue.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import type { EndRecord } from '../../../lab/run/record.ts';
import { run } from '../../../lab/run/run.ts';
import type { Task } from '../../../lab/tasks/_task.ts';
import { tasks } from '../../../lab/tasks/index.ts';
import { environment } from '../../lab/fixtures.ts';

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

describe('the known good setting', () => {
  beforeAll(async () => {
    repairWasmBackend();
    await tf.setBackend('wasm');
  });

  it.each(tasks)('of $id reaches its target', async (task: Task) => {
    const end = await trained(task);
    const { target } = task.knownGood!;
    console.log(`${task.id}: ${end.test} (target ${target}) in ${(end.ms / 1000).toFixed(0)} s`);
    expect(end.outcome).toBe('finished');
    if (task.metric.better === 'lower') expect(end.test).toBeLessThanOrEqual(target);
    else expect(end.test).toBeGreaterThanOrEqual(target);
  });
});

async function trained(task: Task): Promise<EndRecord> {
  const { cell, optimizer, strategy: spec, target: _target, settings: own, ...numbers } = task.knownGood!;
  const settings = { ...task.settings, ...own };
  const { id: data, text } = await loadData(task, undefined);
  const strategy = registry.create(spec);
  const config = {
    ...numbers,
    ...{ task: task.id, settings, data, cell, optimizer, backend: 'wasm' },
    strategy: { id: strategy.id, options: strategy.options },
  };
  const parts = {
    task,
    problem: task.prepare(text, settings),
    cell: findCell(cell),
    optimizer: findOptimizer(optimizer),
  };
  for await (const record of run(config, { ...parts, strategy, environment })) {
    if (record.type === 'end') return record;
  }
  throw new Error(`The run of ${task.id} did not end.`);
}
