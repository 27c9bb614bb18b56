// What is mutated, file by file, and the tests that each file answers to: those that mirror it, not all that run it.
import { readdirSync } from 'node:fs';
import folders from './folders.json' with { type: 'json' };

const root = new URL('../../', import.meta.url);

/** The names of the folders. */
export const FOLDERS = Object.keys(folders);

/** The files of a folder, each with its tests and the place of its report. */
export function subjectsOf(folder) {
  const { files, tests, leftOut, answersTo } = folders[folder];
  return readdirSync(new URL(files, root))
    .filter((name) => name.endsWith('.ts') && !leftOut.includes(name))
    .map((name) => ({
      file: `${files}/${name}`,
      tests: answersTo[name] ?? [`${tests}/${name.replace(/\.ts$/, '.test.ts')}`],
      report: `coverage/mutation/${files}/${name}.json`,
    }));
}
