import type { Optimizer } from '@tensorflow/tfjs';
import { type AnyStrategyFactory } from 'gradclip';
import { createContainer } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import type { Cell } from '../cells/_cell.ts';
import { cells as builtInCells } from '../cells/index.ts';
import { optimizers as defaultOptimizers } from './optimizers.ts';
import type { Task } from '../tasks/_task.ts';
import { tasks as builtInTasks } from '../tasks/index.ts';

/** An InversifyJS container, as `gradclip/container` creates it. */
export type Container = ReturnType<typeof createContainer>;

/** A function that creates an optimizer, and its id. */
export interface NamedOptimizer {
  readonly id: string;
  readonly make: (learningRate: number) => Optimizer;
}

/** A service identifier with the type of the part. */
export type Token<Part> = symbol | (abstract new (...args: unknown[]) => Part);

/**
 * The service identifiers of the lab's parts. Each accepts any number of bindings.
 *
 * Bind strategies to `TOKENS.StrategyFactory` of `gradclip/container`. The symbols are global, so that two copies of this
 * package share them.
 */
export const LAB_TOKENS = Object.freeze({
  /** A problem to train on. */
  Task: Symbol.for('gradclip-lab:Task') as Token<Task>,
  /** A recurrent layer. */
  Cell: Symbol.for('gradclip-lab:Cell') as Token<Cell>,
  /** A function that creates an optimizer. */
  Optimizer: Symbol.for('gradclip-lab:Optimizer') as Token<NamedOptimizer>,
});

/** The parts to add to those of the lab. */
export interface LabParts {
  readonly tasks?: Iterable<Task>;
  readonly cells?: Iterable<Cell>;
  readonly optimizers?: Iterable<NamedOptimizer>;
  readonly strategies?: Iterable<AnyStrategyFactory>;
}

/** Creates a container with all parts of the lab and the given ones. */
export function createLabContainer({
  tasks = [],
  cells = [],
  optimizers = [],
  strategies = [],
}: LabParts = {}): Container {
  const container = createContainer({ strategies: [...allStrategies, ...strategies] });
  const builtInOptimizers = Object.entries(defaultOptimizers).map(([id, make]) => ({ id, make }));
  for (const task of [...builtInTasks, ...tasks]) container.bind(LAB_TOKENS.Task).toConstantValue(task);
  for (const cell of [...builtInCells, ...cells]) container.bind(LAB_TOKENS.Cell).toConstantValue(cell);
  for (const optimizer of [...builtInOptimizers, ...optimizers])
    container.bind(LAB_TOKENS.Optimizer).toConstantValue(optimizer);
  return container;
}
