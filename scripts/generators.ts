// The generators of `<!-- generated: name -->` blocks in Markdown pages, by name.
import { readFileSync } from 'node:fs';
import { benchTables } from '../bench/tables.ts';
import { readBenchResults, readRecurrentResults } from '../bench/results.ts';
import { doorsTable } from '../test/system/doors/doors.ts';
import { optionsTables } from './options-tables.ts';

/** Returns the text of each generated block; scripts/fill-docs.mjs writes it into the pages. */
export const generators: Readonly<Record<string, () => string>> = {
  ...benchTables(readBenchResults(), readRecurrentResults()),
  'script-tag-page': () => codeBlock('html', 'examples/19-script-tag/index.html'),
  doors: doorsTable,
  ...optionsTables(),
};

function codeBlock(language: string, path: string): string {
  return `\`\`\`${language}\n${readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')}\`\`\``;
}
