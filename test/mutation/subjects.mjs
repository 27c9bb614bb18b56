// What is mutated, file by file, and the tests that each file answers to: those that mirror it, not all that run it.
import { existsSync, readdirSync } from 'node:fs';
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
      tests: existing(answersTo[name] ?? [`${tests}/${name.replace(/\.ts$/, '.test.ts')}`], name),
      report: `coverage/mutation/${files}/${name}.json`,
    }));
}

function existing(tests, name) {
  const missing = tests.find((test) => !existsSync(new URL(test, root)));
  if (missing !== undefined) throw new Error(`${missing} is missing: say in folders.json what ${name} answers to.`);
  return tests;
}
