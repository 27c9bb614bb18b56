// What is mutated, file by file, and the tests that each file answers to: those that mirror it, not all that run it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const root = new URL('../../', import.meta.url);
const folders = JSON.parse(readFileSync(new URL('folders.json', import.meta.url), 'utf8'));

/** The names of the folders. */
export const FOLDERS = Object.keys(folders);

/** Where the files of a folder lie. */
export const folderOf = (name) => folders[name].files;

/** The files of a folder that are mutated. */
export function filesIn(folder) {
  const { files, leftOut } = folders[folder];
  return readdirSync(new URL(files, root))
    .filter((name) => name.endsWith('.ts') && !leftOut.includes(name))
    .map((name) => `${files}/${name}`);
}

/** The tests that a file answers to. */
export function testsOf(folder, file) {
  const { tests, answersTo } = folders[folder];
  const name = basename(file);
  const paths = answersTo[name] ?? [`${tests}/${name.replace(/\.ts$/, '.test.ts')}`];
  const missing = paths.find((test) => !existsSync(new URL(test, root)));
  if (missing !== undefined) throw new Error(`${missing} is missing: say in folders.json what ${name} answers to.`);
  return paths;
}
