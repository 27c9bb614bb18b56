import { closest, distance } from 'fastest-levenshtein';
import type { AnyStrategyFactory, ClippingStrategy, StrategySpec } from 'gradclip';
import { TOKENS } from 'gradclip/container';
import type { Cell } from '../cells/_cell.ts';
import {
  createLabContainer,
  LAB_TOKENS,
  type Container,
  type LabParts,
  type NamedOptimizer,
  type Token,
} from './container.ts';
import { LabError } from '../errors.ts';
import type { Experiment } from '../experiments/_experiment.ts';
import { experiments } from '../experiments/index.ts';
import type { Task } from '../tasks/_task.ts';

/** Finds the parts that a configuration names; each method throws an error for an unknown name. */
export interface Catalogue {
  task(id: string): Task;
  cell(id: string): Cell;
  optimizer(id: string): NamedOptimizer['make'];
  strategy(spec: StrategySpec): ClippingStrategy;
  /** All parts, in the order in which they are shown. */
  list(): CatalogueParts;
}

/** The parts of a catalogue. */
export interface CatalogueParts {
  readonly tasks: readonly Task[];
  readonly cells: readonly Cell[];
  readonly optimizers: readonly string[];
  readonly strategies: readonly AnyStrategyFactory[];
}

/**
 * Creates a catalogue of the parts that are bound in a container and its parents.
 *
 * @throws LabError if two parts of the same kind share an id
 */
export function createCatalogue(container: Container): Catalogue {
  const indexParts = <Part extends { readonly id: string }>(kind: string, token: Token<Part>) => {
    const parts = container.isBound(token) ? container.getAll(token, { chained: true }) : [];
    return indexById(kind, parts);
  };
  const tasks = indexParts('task', LAB_TOKENS.Task);
  const cells = indexParts('cell', LAB_TOKENS.Cell);
  const optimizers = indexParts('optimizer', LAB_TOKENS.Optimizer);
  const registry = container.get(TOKENS.StrategyRegistry);
  return {
    task: (id) => find('task', id, tasks),
    cell: (id) => find('cell', id, cells),
    optimizer: (id) => find('optimizer', id, optimizers).make,
    strategy: (spec) => registry.create(spec),
    list: () => ({
      tasks: [...tasks.values()],
      cells: [...cells.values()],
      optimizers: [...optimizers.keys()],
      strategies: registry.ids().map((id) => registry.get(id)),
    }),
  };
}

let current = createCatalogue(createLabContainer());

/** The parts that ship with the lab, and those of the plugin. */
export const builtIn: Catalogue = {
  task: (id) => current.task(id),
  cell: (id) => current.cell(id),
  optimizer: (id) => current.optimizer(id),
  strategy: (spec) => current.strategy(spec),
  list: () => current.list(),
};

/** Adds parts to the built-in ones, in place of those that were added before. */
export function setOwnParts(parts: LabParts): void {
  current = createCatalogue(createLabContainer(parts));
}

/** Returns the built-in task with an id; throws a LabError if there is none. */
export const findTask = (id: string): Task => builtIn.task(id);

/** Returns the built-in cell with an id; throws a LabError if there is none. */
export const findCell = (id: string): Cell => builtIn.cell(id);

/** Returns the experiment with an id; throws a LabError if there is none. */
export const findExperiment = (id: string): Experiment => find('experiment', id, indexById('experiment', experiments));

/** Returns the function that creates a built-in optimizer; throws a LabError if there is none. */
export const findOptimizer = (id: string): NamedOptimizer['make'] => builtIn.optimizer(id);

function indexById<Entry extends { readonly id: string }>(
  kind: string,
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  const map = new Map<string, Entry>();
  for (const entry of entries) {
    if (map.has(entry.id)) throw new LabError(`Two ${kind}s have the id \`${entry.id}\`. Give yours another id.`);
    map.set(entry.id, entry);
  }
  return map;
}

function find<Entry>(kind: string, id: string, entries: ReadonlyMap<string, Entry>): Entry {
  const entry = entries.get(id);
  if (entry !== undefined) return entry;
  const ids = [...entries.keys()];
  const nearest = closest(id.toLowerCase(), ids);
  const advice =
    distance(id.toLowerCase(), nearest) <= Math.max(2, nearest.length / 3)
      ? `Did you mean \`${nearest}\`?`
      : `Available ${kind}s: ${ids.map((known) => `\`${known}\``).join(', ')}.`;
  throw new LabError(`Unknown ${kind} \`${id}\`. ${advice}`);
}
