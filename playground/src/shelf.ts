/**
 * What there is to choose from, asked of the lab and the shelf themselves.
 *
 * The worker trains with these; of the page only the catalogue is a part, which is made from them when it is built.
 *
 * @module
 */

import { type Field } from 'gradclip/define';
import { createContainer, TOKENS, type StrategyRegistry } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { cells, optimizers, tasks } from 'gradclip-lab/browser';
import * as v from 'valibot';
import type { Catalogue, CatalogueField } from './catalogue.ts';

/** The strategies on offer. */
export const registry: StrategyRegistry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

/** The tasks on offer here; the lab has more. */
export const offeredTasks = tasks.filter(({ id }) => ['char-lm', 'temporal-order', 'adding', 'weather'].includes(id));

/** Everything on offer, as plain values. */
export function catalogueOf(): Catalogue {
  return {
    tasks: offeredTasks.map(({ id, title, about, settings, loss, metric }) => ({
      id,
      title,
      about,
      settings,
      loss: loss.name,
      metric: metric.name,
    })),
    cells: cells.map(({ id, title }) => ({ id, title })),
    optimizers: Object.keys(optimizers),
    strategies: registry.ids().map((id) => {
      const { title, fields } = registry.get(id);
      return {
        id,
        title,
        options: registry.create({ id }).options,
        fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, plain(field)])),
      };
    }),
  };
}

function plain({ schema, ...rest }: Field): CatalogueField {
  const refused = (end: number | undefined): boolean => end !== undefined && !v.safeParse(schema, end).success;
  return { ...rest, openBelow: refused(rest.min), openAbove: refused(rest.max) };
}
