import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { experiments } from '../experiments/index.ts';
import { firstTableOf, resultsDocument, type Written } from '../report/document.ts';
import { readKept, type Kept } from '../report/kept.ts';

/** What people made of the results, beside the kept experiments. */
const CONCLUSIONS = 'conclusions.md';

/**
 * What a folder of kept experiments makes of the documents: the page of results and its figures, experiments in the
 * order they are listed, and the pages of the guide that show a table between `<!-- lab: experiment -->` and `<!-- /lab -->`.
 */
export function resultsFrom(folder: string, docs: string): Written[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const kept = names.map((name) => readKept(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  if (kept.length === 0) throw new LabError(`${folder} holds no kept experiments; make one by gradclip-lab keep.`);
  const ordered = kept.toSorted((a, b) => place(a) - place(b));
  const conclusions = join(folder, CONCLUSIONS);
  return [
    ...resultsDocument(ordered, existsSync(conclusions) ? readFileSync(conclusions, 'utf8') : ''),
    ...guidePages(ordered, docs),
  ];

  function place({ head }: Kept): number {
    return experiments.findIndex(({ id }) => id === head.experiment);
  }
}

function guidePages(kept: readonly Kept[], docs: string): Written[] {
  const guide = join(docs, 'guide');
  const names = existsSync(guide) ? readdirSync(guide).filter((name) => name.endsWith('.md')) : [];
  return names.flatMap((name) => {
    const page = readFileSync(join(guide, name), 'utf8');
    const text = page.replace(PLACE, (_, opening: string, id: string, closing: string) => {
      const one = kept.find(({ head }) => head.experiment === id);
      if (one === undefined)
        throw new LabError(`${join(guide, name)} shows the experiment "${id}", which is not kept.`);
      return `${opening}${firstTableOf(one)}${closing}`;
    });
    return text.includes('<!-- lab: ') ? [{ path: `guide/${name}`, text }] : [];
  });
}

const PLACE = /(<!-- lab: ([\w-]+) -->\n)[\s\S]*?(\n<!-- \/lab -->)/g;

/** Writes them; answers the path of the document. */
export function writeResults(from: string, to: string): string {
  const files = resultsFrom(from, to);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return join(to, files[0]?.path ?? '');
}
