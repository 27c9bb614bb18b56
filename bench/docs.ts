// Writes the tables of the guide from the kept runs: `npm run bench:docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { keptRecurrentRuns, keptRuns } from './kept.ts';
import { filled, tablesOf } from './tables.ts';

const results = new URL('../results/', import.meta.url);
const tables = tablesOf(keptRuns(results), keptRecurrentRuns(results));
for (const page of ['README.md', 'docs/guide/what-it-costs.md', 'docs/guide/fused-layers.md']) {
  const file = new URL(`../../${page}`, import.meta.url);
  writeFileSync(file, filled(readFileSync(file, 'utf8'), tables));
  console.log(`written: ${page}`);
}
