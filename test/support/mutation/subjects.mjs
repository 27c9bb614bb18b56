// The folders whose files are mutated, and the tests that must detect the mutants of each file.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

const root = new URL('../../../', import.meta.url);

// Compiled to WebAssembly; the tests load the committed bytes.
const COMPILED = 'assembly';

/** A folder and the folders in it. */
function withSubfolders(folder) {
  return [
    folder,
    ...readdirSync(new URL(folder, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== COMPILED)
      .flatMap(({ name }) => withSubfolders(`${folder}/${name}`)),
  ];
}

export const FOLDERS = [
  'strategies',
  ...['kernels', 'core', 'registry', 'records', 'combinators', 'saving', 'optimizer', 'diagnosis', 'recurrent'].flatMap(
    (name) => withSubfolders(`src/${name}`),
  ),
];

// Files that only re-export, contain only types, or hold compiled bytes.
const SKIPPED = /^(contract|simd-bytes|per-unit-bytes|layer-bytes)\.ts$/;

// Every other index.ts only re-exports.
const INDEX_WITH_CODE = 'src/kernels/per-unit/index.ts';

/** The files of a folder that are mutated. */
export function filesIn(folder) {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.ts') && !SKIPPED.test(name))
    .map((name) => `${folder}/${name}`)
    .filter((file) => !file.endsWith('/index.ts') || file === INDEX_WITH_CODE);
}

/** The tests of a folder, or of the next folder above that has some: first those whose names fit the file best. */
export function testsOf(folder, file) {
  const tests = `test/${folder}`;
  if (!existsSync(new URL(tests, root))) {
    const parent = dirname(folder);
    return parent === 'src' ? [`${tests}.test.ts`] : testsOf(parent, file);
  }
  const words = new Set(file.split(/\W/));
  const fit = (test) => {
    const own = basename(test, '.test.ts').split('-');
    return own.filter((word) => words.has(word)).length / own.length;
  };
  return readdirSync(new URL(tests, root))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${tests}/${name}`)
    .sort((a, b) => fit(b) - fit(a));
}
