import type { Optimizer } from '@tensorflow/tfjs';
import { type AnyStrategyFactory } from 'gradclip';
import { createContainer } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import type { Cell } from '../cells/_cell.ts';
import { cells as ownCells } from '../cells/index.ts';
import { optimizers as ownOptimizers } from './optimizers.ts';
import type { Task } from '../tasks/_task.ts';
import { tasks as ownTasks } from '../tasks/index.ts';

/** An Inversify container, as `gradclip` makes it. */
export type Container = ReturnType<typeof createContainer>;

/** What makes an optimizer, by a name. */
export interface NamedOptimizer {
  readonly id: string;
  readonly make: (learningRate: number) => Optimizer;
}

/** Names what is bound, and its type. */
export type Token<Part> = symbol | (abstract new (...args: unknown[]) => Part);

/**
 * What can be bound in a container, beside the strategies of `TOKENS.StrategyFactory`; bind as many as you like.
 *
 * The symbols are global, so that two copies of this package share them.
 */
export const LAB_TOKENS = Object.freeze({
  /** A problem to train on. */
  Task: Symbol.for('gradclip-lab:Task') as Token<Task>,
  /** A recurrent layer. */
  Cell: Symbol.for('gradclip-lab:Cell') as Token<Cell>,
  /** What makes an optimizer. */
  Optimizer: Symbol.for('gradclip-lab:Optimizer') as Token<NamedOptimizer>,
});

/** What a container is to have beside the lab's own parts. */
export interface LabParts {
  readonly tasks?: Iterable<Task>;
  readonly cells?: Iterable<Cell>;
  readonly optimizers?: Iterable<NamedOptimizer>;
  readonly strategies?: Iterable<AnyStrategyFactory>;
}

/** A container with all that the lab has, and the parts given. */
export function createLabContainer({
  tasks = [],
  cells = [],
  optimizers = [],
  strategies = [],
}: LabParts = {}): Container {
  const container = createContainer({ strategies: [...allStrategies, ...strategies] });
  const own = Object.entries(ownOptimizers).map(([id, make]) => ({ id, make }));
  for (const task of [...ownTasks, ...tasks]) container.bind(LAB_TOKENS.Task).toConstantValue(task);
  for (const cell of [...ownCells, ...cells]) container.bind(LAB_TOKENS.Cell).toConstantValue(cell);
  for (const one of [...own, ...optimizers]) container.bind(LAB_TOKENS.Optimizer).toConstantValue(one);
  return container;
}
