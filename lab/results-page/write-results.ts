import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { experiments } from '../experiments/index.ts';
import { parseArchive, type Archive } from './archive.ts';
import { createResultsPages, type OutputFile } from './page.ts';
import { strategyRanks } from './strategy-ranks.ts';

/** Texts of the results pages that are written by hand and stored beside the saved experiments. */
const CONCLUSIONS = 'conclusions.md';
const METHOD = 'method.md';
const COST = 'cost.md';

/**
 * Builds the documents from a folder of saved experiments.
 *
 * These are the results pages and their charts, with the experiments in their listed order, and the pages of the strategies,
 * which show their rank between `<!-- lab: leaderboard -->` and `<!-- /lab -->`.
 */
export function resultsFrom(folder: string, docs: string): OutputFile[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const all = names.map((name) => readArchive(join(folder, name)));
  const archives = all.filter(({ head }) => !head.partial);
  const ordered = archives.toSorted((a, b) => position(a) - position(b));
  const textOf = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
  return [
    ...createResultsPages(ordered, { conclusions: textOf(CONCLUSIONS), method: textOf(METHOD), cost: textOf(COST) }),
    ...strategyPages(ordered, docs),
  ];

  function position({ head }: Archive): number {
    return experiments.findIndex(({ id }) => id === head.experiment);
  }
}

/** Reads a saved comparison; throws a LabError if no listed experiment describes it. */
function readArchive(path: string): Archive {
  const archive = parseArchive(readFileSync(path, 'utf8'), path);
  const { experiment } = archive.head;
  if (experiments.some(({ id }) => id === experiment)) return archive;
  const reason = experiment.includes(',') ? ' (options changed the grid)' : '';
  throw new LabError(
    `${path}: no experiment is declared as \`${experiment}\`${reason}, so the results page has no question for it. Declare it in a plugin, run it, and keep the result.`,
  );
}

/** The pages of the strategies, each with how it did. */
function strategyPages(archives: readonly Archive[], docs: string): OutputFile[] {
  const folder = join(docs, 'strategies');
  const rankOf = strategyRanks(archives);
  if (rankOf === undefined || !existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const page = readFileSync(join(folder, name), 'utf8');
    const text = page.replace(RANK_BLOCK, (_, opening: string, closing: string) => {
      return `${opening}${rankOf(name.replace(/\.md$/, ''))}${closing}`;
    });
    return RANK_BLOCK.test(page) ? [{ path: `strategies/${name}`, text }] : [];
  });
}

const RANK_BLOCK = /(<!-- lab: leaderboard -->\n)[\s\S]*?(\n<!-- \/lab -->)/;

/** Writes the documents and returns the path of the results page. */
export function writeResults(from: string, to: string): string {
  const files = resultsFrom(from, to);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return join(to, files[0]?.path ?? '');
}
