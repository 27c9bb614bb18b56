// The generators of `<!-- generated: name -->` blocks in Markdown pages, by name.
import { benchTables } from '../bench/tables.ts';
import { readBenchResults, readRecurrentResults } from '../bench/results.ts';

/** Returns the text of each generated block; scripts/fill-docs.mjs writes it into the pages. */
export const generators: Readonly<Record<string, () => string>> = {
  ...benchTables(readBenchResults(), readRecurrentResults()),
};
