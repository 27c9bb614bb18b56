import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { cells } from './cells/index.ts';
import { experiments } from './experiments/index.ts';
import { optimizers } from './optimizers.ts';
import { wrapped } from './report/text-table.ts';
import { tasks } from './tasks/index.ts';

/** Everything that can be named on the command line, for people or as JSON. */
export function catalogueText(asJson: boolean): string {
  const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
  const strategies = registry.ids().flatMap((id) => {
    const factory = registry.get(id);
    const options = Object.entries(factory.fields).map(([name, { default: value, about, rule }]) => ({
      name,
      default: value,
      about,
      rule,
    }));
    return [{ id, title: factory.title, options }];
  });
  if (asJson) {
    return JSON.stringify({ tasks, cells, optimizers: Object.keys(optimizers), strategies, experiments }, undefined, 2);
  }
  return [
    'Tasks',
    ...tasks.flatMap(({ id, about, metric, dataset }) => [
      wrapped(`${id}: ${about}`, '  '),
      wrapped(`${metric.name}; ${dataset.title}`, '    '),
    ]),
    'Cells',
    ...cells.map(({ id, title }) => wrapped(`${id}: ${title}`, '  ')),
    'Optimizers',
    `  ${Object.keys(optimizers).join(', ')}`,
    'Strategies',
    ...strategies.flatMap(({ id, title, options }) => [
      wrapped(`${id}: ${title}`, '  '),
      ...options.map((one) => wrapped(`${one.name} (${shownDefault(one.default)}): ${one.about}`, '    ')),
    ]),
    'Experiments',
    ...experiments.map(({ id, question }) => wrapped(`${id}: ${question}`, '  ')),
    'Examples',
    '  gradclip-lab compare --experiment threshold',
    '  gradclip-lab compare --tasks adding --cells lstm,gru --optimizers adam',
    '  gradclip-lab compare --strategies none global-norm:maxNorm=5 z-clip:maxZ=3',
  ].join('\n');
}

function shownDefault(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
