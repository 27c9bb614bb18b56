import { readdirSync, readFileSync } from 'node:fs';
import type { BenchResults, RecurrentResults } from './tables.ts';

/** The runs that are kept: `<name>.json` first, then `<name>-2.json` and so on. */
function kept<Results>(name: string, folder: URL): [Results, ...Results[]] {
  const files = readdirSync(folder).filter((file) => new RegExp(`^${name}(-\\d+)?\\.json$`).test(file));
  const place = (file: string) => Number(/-(\d+)\.json$/.exec(file)?.[1] ?? 1);
  const [first, ...others] = files
    .sort((one, other) => place(one) - place(other))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Results);
  if (first === undefined) throw new Error(`${folder.pathname} holds no ${name}.json: run the bench first.`);
  return [first, ...others];
}

/** The runs of `npm run bench` that the guide rests on. */
export function keptRuns(folder: URL): [BenchResults, ...BenchResults[]] {
  return kept('latest', folder);
}

/** The runs of `npm run bench:recurrent` that the guide rests on. */
export function keptRecurrentRuns(folder: URL): [RecurrentResults, ...RecurrentResults[]] {
  return kept('recurrent', folder);
}
