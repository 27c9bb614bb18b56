import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { cellOf, optimizerOf } from '../../../lab/catalogue.ts';
import { dataOf } from '../../../lab/node/data.ts';
import type { Task } from '../../../lab/task.ts';
import { tasks } from '../../../lab/tasks/index.ts';

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

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
