import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { experiments } from '../experiments/index.ts';
import { firstTableOf, resultsDocument, type Written } from '../results-page/page.ts';
import { readKept, type Kept } from '../results-page/archive.ts';
import { createCommand, type Terminal } from './terminal.ts';

/** The introduction of the results page, written by hand and stored beside the saved experiments. */
const CONCLUSIONS = 'conclusions.md';

/** `results`: builds the results page and its charts from saved comparisons. */
export function resultsCommand(terminal: Terminal): Command {
  return createCommand('results', terminal)
    .description('build the results page and its charts from saved comparisons')
    .option('--from <folder>', 'folder of the saved comparisons', 'lab/results')
    .option('--to <folder>', 'folder to write the page to', 'docs')
    .action(({ from, to }: { from: string; to: string }) => {
      terminal.stdout.write(`Wrote ${writeResults(from, to)}.\n`);
    });
}

/**
 * Builds the documents from a folder of saved experiments.
 *
 * These are the results page and its charts, with the experiments in their listed order, and the guide pages that show
 * a table between `<!-- lab: experiment -->` and `<!-- /lab -->`.
 */
export function resultsFrom(folder: string, docs: string): Written[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const kept = names.map((name) => readKept(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  if (kept.length === 0)
    throw new LabError(`${folder} contains no saved experiments. Save one with: gradclip-lab keep`);
  const ordered = kept.toSorted((a, b) => position(a) - position(b));
  const conclusions = join(folder, CONCLUSIONS);
  return [
    ...resultsDocument(ordered, existsSync(conclusions) ? readFileSync(conclusions, 'utf8') : ''),
    ...guidePages(ordered, docs),
  ];

  function position({ head }: Kept): number {
    return experiments.findIndex(({ id }) => id === head.experiment);
  }
}

function guidePages(kept: readonly Kept[], docs: string): Written[] {
  const guide = join(docs, 'guide');
  const names = existsSync(guide) ? readdirSync(guide).filter((name) => name.endsWith('.md')) : [];
  return names.flatMap((name) => {
    const page = readFileSync(join(guide, name), 'utf8');
    const text = page.replace(TABLE_BLOCK, (_, opening: string, id: string, closing: string) => {
      const one = kept.find(({ head }) => head.experiment === id);
      if (one === undefined)
        throw new LabError(`${join(guide, name)} shows the experiment "${id}", which is not saved.`);
      return `${opening}${firstTableOf(one)}${closing}`;
    });
    return text.includes('<!-- lab: ') ? [{ path: `guide/${name}`, text }] : [];
  });
}

const TABLE_BLOCK = /(<!-- lab: ([\w-]+) -->\n)[\s\S]*?(\n<!-- \/lab -->)/g;

/** Writes the documents and returns the path of the results page. */
export function writeResults(from: string, to: string): string {
  const files = resultsFrom(from, to);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return join(to, files[0]?.path ?? '');
}
