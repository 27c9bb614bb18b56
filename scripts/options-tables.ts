// Generates the option tables of docs/strategies/*.md from the declarations.
import { allStrategies } from '../strategies/index.ts';

/** Returns the option table of each strategy, by the name of its generated block: `options global-norm`. */
export function optionsTables(): Record<string, () => string> {
  return Object.fromEntries(allStrategies.map(({ id }) => [`options ${id}`, () => optionsTable(id)]));
}

/** Returns the Markdown table of a strategy's options: name, default and meaning. */
export function optionsTable(id: string): string {
  const factory = allStrategies.find((one) => one.id === id);
  const rows = Object.entries(factory?.fields ?? {}).map(
    ([name, field]) => `| \`${name}\` | \`${defaultText(field.default)}\` | ${field.about.replaceAll('|', '\\|')} |`,
  );
  return rows.length === 0 ? 'None.' : ['| option | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function defaultText(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value).replaceAll('"', "'");
}
