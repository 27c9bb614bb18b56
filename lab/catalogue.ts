import { closest, distance } from 'fastest-levenshtein';
import { type ClippingStrategy, type StrategySpec } from 'gradclip';
import { TOKENS } from 'gradclip/container';
import type { Cell } from './cell.ts';
import { createLabContainer, LAB_TOKENS, type Container, type NamedOptimizer, type Token } from './container.ts';
import { LabError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { experiments } from './experiments/index.ts';
import type { Task } from './task.ts';

/** Finds what a configuration names; each throws an error that suggests a name where there is none. */
export interface Catalogue {
  task(id: string): Task;
  cell(id: string): Cell;
  optimizer(id: string): NamedOptimizer['make'];
  strategy(spec: StrategySpec): ClippingStrategy;
}

/**
 * The parts bound in a container and in its parents.
 *
 * @throws LabError where two parts of a kind share an id
 */
export function catalogueOf(container: Container): Catalogue {
  const bound = <Part extends { readonly id: string }>(kind: string, token: Token<Part>) => {
    const parts = container.isBound(token) ? container.getAll(token, { chained: true }) : [];
    return byId(kind, parts);
  };
  const tasks = bound('task', LAB_TOKENS.Task);
  const cells = bound('cell', LAB_TOKENS.Cell);
  const optimizers = bound('optimizer', LAB_TOKENS.Optimizer);
  const registry = container.get(TOKENS.StrategyRegistry);
  return {
    task: (id) => found('task', id, tasks),
    cell: (id) => found('cell', id, cells),
    optimizer: (id) => found('optimizer', id, optimizers).make,
    strategy: (spec) => registry.create(spec),
  };
}

/** What the lab itself has. */
export const builtIn: Catalogue = catalogueOf(createLabContainer());

/** The task of an id; throws a LabError that suggests one. */
export const taskOf = (id: string): Task => builtIn.task(id);

/** The cell of an id; throws a LabError that suggests one. */
export const cellOf = (id: string): Cell => builtIn.cell(id);

/** The experiment of an id; throws a LabError that suggests one. */
export const experimentOf = (id: string): Experiment => found('experiment', id, byId('experiment', experiments));

/** What makes an optimizer of a name; throws a LabError that suggests one. */
export const optimizerOf = (id: string): NamedOptimizer['make'] => builtIn.optimizer(id);

function byId<Entry extends { readonly id: string }>(
  kind: string,
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  const map = new Map<string, Entry>();
  for (const entry of entries) {
    if (map.has(entry.id)) throw new LabError(`Two ${kind}s are called \`${entry.id}\`; give yours another id.`);
    map.set(entry.id, entry);
  }
  return map;
}

function found<Entry>(kind: string, id: string, entries: ReadonlyMap<string, Entry>): Entry {
  const entry = entries.get(id);
  if (entry !== undefined) return entry;
  const ids = [...entries.keys()];
  const near = closest(id.toLowerCase(), ids);
  const advice =
    distance(id.toLowerCase(), near) <= Math.max(2, near.length / 3)
      ? `did you mean \`${near}\`?`
      : `there is ${ids.map((one) => `\`${one}\``).join(', ')}.`;
  throw new LabError(`No ${kind} \`${id}\`; ${advice}`);
}
