import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The table of contents: the pages of each section, in reading order, as files or all files of a folder. */
export const contents = JSON.parse(readFileSync(`${root}/docs/contents.json`, 'utf8')) as Record<string, string[]>;

/** Every page under docs/, by path from the root. */
export const docs = readdirSync(`${root}/docs`, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name.replaceAll('\\', '/')}`)
  .sort();

/** Returns the pages of a section. */
export function pagesOf(section: string): string[] {
  return (contents[section] ?? []).flatMap((entry) => {
    if (!entry.endsWith('/*.md')) return [entry];
    const folder = entry.slice(0, -'*.md'.length);
    return docs.filter((page) => page.startsWith(folder) && !page.slice(folder.length).includes('/'));
  });
}

/** All pages of the site, in reading order. */
export const inOrder = Object.keys(contents).flatMap(pagesOf);

/** Returns whether a file exists. */
export const isThere = (file: string): boolean => existsSync(`${root}/${file}`);

/** Reads a file. */
export const textOf = (file: string): string => readFileSync(`${root}/${file}`, 'utf8');
