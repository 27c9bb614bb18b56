import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { experiments } from '../experiments/index.ts';
import { resultsDocument, type Written } from '../report/document.ts';
import { readKept, type Kept } from '../report/kept.ts';

/** What people made of the results, beside the kept experiments. */
const CONCLUSIONS = 'conclusions.md';

/** The document and figures made from a folder of kept experiments, in the order experiments are listed. */
export function resultsFrom(folder: string): Written[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const kept = names.map((name) => readKept(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  if (kept.length === 0) throw new LabError(`${folder} holds no kept experiments; make one by gradclip-lab keep.`);
  const place = ({ head }: Kept): number => experiments.findIndex(({ id }) => id === head.experiment);
  const conclusions = join(folder, CONCLUSIONS);
  return resultsDocument(
    kept.toSorted((a, b) => place(a) - place(b)),
    existsSync(conclusions) ? readFileSync(conclusions, 'utf8') : '',
  );
}

/** Writes them; answers the path of the document. */
export function writeResults(from: string, to: string): string {
  const files = resultsFrom(from);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return join(to, files[0]?.path ?? '');
}
