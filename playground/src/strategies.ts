/**
 * The strategies, tasks, cells and optimizers that the playground offers.
 *
 * The worker trains with them. The page contains only a catalogue of them, made at build time.
 *
 * @module
 */

import { type Field } from 'gradclip/define';
import { allStrategies } from 'gradclip/strategies';
import {
  adding,
  charLm,
  gru,
  lstm,
  optimizers,
  rnn,
  rnnSmall,
  temporalOrder,
  weather,
  type Task,
} from 'gradclip-lab/browser';
import type { Catalogue, CatalogueField } from './catalogue.ts';

/** The tasks to choose from; the lab has more. */
export const offeredTasks = [charLm, weather, temporalOrder, adding] as const;

/** The cells to choose from. None of them adds a penalty to the loss; the lab has more. */
export const offeredCells = [rnn, lstm, gru, rnnSmall] as const;

/** Returns the settings that are sizes of the model; the others concern files and the cost of scoring. */
function sizesIn(settings: Task['settings']): Record<string, number> {
  const sizes = Object.entries(settings).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && !['scored', 'alphabet'].includes(entry[0]),
  );
  return Object.fromEntries(sizes);
}

/** Returns the catalogue, as plain values. */
export function catalogueOf(): Catalogue {
  return {
    tasks: offeredTasks.map(({ id, title, about, settings, loss, metric }) => ({
      id,
      title,
      about,
      settings: sizesIn(settings),
      loss: loss.name,
      metric: metric.name,
    })),
    cells: offeredCells.map(({ id, title }) => ({ id, title })),
    optimizers: Object.keys(optimizers),
    strategies: allStrategies.map((factory) => ({
      id: factory.id,
      title: factory.title,
      options: factory().options,
      fields: Object.fromEntries(Object.entries(factory.fields).map(([name, field]) => [name, plain(field)])),
    })),
  };
}

function plain({ parse, ...rest }: Field): CatalogueField {
  const refused = (end: number | undefined): boolean => end !== undefined && parse(end) === undefined;
  return { ...rest, openBelow: refused(rest.min), openAbove: refused(rest.max) };
}
