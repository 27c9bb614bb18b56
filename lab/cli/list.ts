import type { Command } from 'commander';
import type { AnyStrategyFactory } from 'gradclip';
import { builtIn, type CatalogueParts } from '../catalogue/catalogue.ts';
import { experiments } from '../experiments/index.ts';
import { wrapText } from '../text/text-table.ts';
import { createCommand, pluginOption, type Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  npx gradclip-lab list
  npx gradclip-lab list --plugin ./mine.mjs
  npx gradclip-lab list --json | jq '.strategies[].id'`;

/** `list`: shows everything that the other commands accept by name. */
export function listCommand(terminal: Terminal): Command {
  return createCommand('list', terminal)
    .description('list tasks, cells, optimizers, strategies and experiments')
    .option('--json', 'print JSON')
    .addOption(pluginOption())
    .addHelpText('after', EXAMPLES)
    .action(({ json }: { json?: true }) => {
      const parts = builtIn.list();
      const strategies = parts.strategies.map(describeStrategy);
      const all = { ...parts, strategies, experiments };
      terminal.stdout.write(`${json ? JSON.stringify(all, undefined, 2) : listText(parts, strategies)}\n`);
    });
}

interface StrategyDescription {
  readonly id: string;
  readonly title: string;
  readonly options: readonly { name: string; default: unknown; about: string; rule: unknown }[];
}

function describeStrategy({ id, title, fields }: AnyStrategyFactory): StrategyDescription {
  const options = Object.entries(fields).map(([name, { default: value, about, rule }]) => ({
    name,
    default: value,
    about,
    rule,
  }));
  return { id, title, options };
}

function listText({ tasks, cells, optimizers }: CatalogueParts, strategies: readonly StrategyDescription[]): string {
  return [
    'Tasks',
    ...tasks.flatMap(({ id, about, metric, dataset }) => [
      wrapText(`${id}: ${about}`, '  '),
      wrapText(`${metric.name}; ${dataset.title}`, '    '),
    ]),
    'Cells',
    ...cells.map(({ id, title }) => wrapText(`${id}: ${title}`, '  ')),
    'Optimizers',
    `  ${optimizers.join(', ')}`,
    'Strategies',
    ...strategies.flatMap(({ id, title, options }) => [
      wrapText(`${id}: ${title}`, '  '),
      ...options.map((option) => wrapText(`${option.name} (${defaultText(option.default)}): ${option.about}`, '    ')),
    ]),
    'Experiments',
    ...experiments.map(({ id, question }) => wrapText(`${id}: ${question}`, '  ')),
    'Examples',
    '  npx gradclip-lab compare --experiment alternatives',
    '  npx gradclip-lab compare --tasks adding --cells lstm,gru --optimizers adam',
    '  npx gradclip-lab compare --strategies none global-norm:maxNorm=5 z-clip:maxZ=3',
  ].join('\n');
}

function defaultText(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
