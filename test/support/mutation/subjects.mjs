// The folders whose files are mutated, and the tests that must detect the mutants of each file.
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

const root = new URL('../../../', import.meta.url);

export const FOLDERS = [
  'strategies',
  ...['kernels', 'core', 'registry', 'records', 'combinators', 'saving', 'optimizer', 'diagnosis'].map(
    (name) => `src/${name}`,
  ),
  ...readdirSync(new URL('src/recurrent', root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/recurrent/${name}`),
  'src/recurrent',
];

// Files that only re-export, contain only types, or are generated.
const SKIPPED = ['index.ts', 'contract.ts', 'simd-bytes.ts'];

/** The files of a folder that are mutated. */
export function filesIn(folder) {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.ts') && !SKIPPED.includes(name))
    .map((name) => `${folder}/${name}`);
}

/** The test of the same name first, then every other test of the folder. */
export function testsOf(folder, file) {
  // src/recurrent/fused has its tests in test/src/recurrent.
  const tests = `test/${folder.replace(/^(src\/recurrent)\/.*/, '$1')}`;
  if (!existsSync(new URL(tests, root))) return [`test/${folder}.test.ts`];
  const all = readdirSync(new URL(tests, root))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${tests}/${name}`);
  const own = `${tests}/${basename(file, '.ts')}.test.ts`;
  return all.includes(own) ? [own, ...all.filter((test) => test !== own)] : all;
}
