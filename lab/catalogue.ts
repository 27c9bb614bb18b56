import { closest, distance } from 'fastest-levenshtein';
import { cells } from './cells/index.ts';
import type { Cell } from './cell.ts';
import { LabError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { experiments } from './experiments/index.ts';
import { optimizers } from './optimizers.ts';
import type { Task } from './task.ts';
import { tasks } from './tasks/index.ts';

/** The task of an id; throws a LabError that suggests one. */
export const taskOf = (id: string): Task => found('task', id, byId(tasks));

/** The cell of an id; throws a LabError that suggests one. */
export const cellOf = (id: string): Cell => found('cell', id, byId(cells));

/** The experiment of an id; throws a LabError that suggests one. */
export const experimentOf = (id: string): Experiment => found('experiment', id, byId(experiments));

/** What makes an optimizer of a name; throws a LabError that suggests one. */
export const optimizerOf = (id: string): (typeof optimizers)[string] => found('optimizer', id, optimizers);

function byId<Entry extends { readonly id: string }>(entries: readonly Entry[]): Record<string, Entry> {
  return Object.fromEntries(entries.map((entry) => [entry.id, entry]));
}

function found<Entry>(kind: string, id: string, entries: Readonly<Record<string, Entry>>): Entry {
  const entry = Object.hasOwn(entries, id) ? entries[id] : undefined;
  if (entry !== undefined) return entry;
  const ids = Object.keys(entries);
  const near = closest(id.toLowerCase(), ids);
  const advice =
    distance(id.toLowerCase(), near) <= Math.max(2, near.length / 3)
      ? `did you mean \`${near}\`?`
      : `there is ${ids.map((one) => `\`${one}\``).join(', ')}.`;
  throw new LabError(`No ${kind} \`${id}\`; ${advice}`);
}
