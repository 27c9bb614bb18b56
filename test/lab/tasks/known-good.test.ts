import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { findCell, findOptimizer } from '../../../lab/catalogue/catalogue.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import type { Task } from '../../../lab/tasks/_task.ts';
import { tasks } from '../../../lab/tasks/index.ts';

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

describe('the known-good configuration', () => {
  it.each(tasks)('of $id has valid names and a target better than the baseline', async (task: Task) => {
    const { cell, optimizer, strategy, settings, target } = task.knownGood!;
    findCell(cell);
    findOptimizer(optimizer);
    registry.create(strategy);
    expect(Object.keys(task.settings)).toEqual(expect.arrayContaining(Object.keys(settings ?? {})));

    const { text } = await loadData(task, undefined);
    const { baseline, trivialLoss } = task.prepare(text, { ...task.settings, ...settings });
    expect(trivialLoss).toBeGreaterThan(0);
    expect(task.metric.better === 'lower' ? baseline - target : target - baseline).toBeGreaterThan(0);
  });
});
