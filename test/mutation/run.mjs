// `npm run test:mutation [folder or file…]`: mutates one file after another, then sums up in results.json and
// docs/mutation-testing.md what all of them have come to. Takes hours on a small machine; what has changed neither in a file
// nor in its tests since the last run is not tried again.
import { spawnSync } from 'node:child_process';
import { subjectsOf, FOLDERS } from './subjects.mjs';
import { summarize, tallyOf } from './summary.mjs';

const named = process.argv.slice(2);
const subjects = FOLDERS.flatMap((folder) =>
  subjectsOf(folder).filter(({ file }) => named.length === 0 || named.includes(folder) || named.includes(file)),
);
if (subjects.length === 0) {
  console.error(`There is no folder or file ${named.join(', ')}; the folders are ${FOLDERS.join(', ')}.`);
  process.exit(1);
}
for (const { file, tests, report } of subjects) {
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/mutation/stryker.config.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED_FILE: file, MUTATION_TESTS: tests.join(), MUTATION_REPORT: report },
  });
  if (status !== 0) process.exit(status ?? 1);
  const { mutants, survived, noCoverage, score } = await tallyOf(report);
  console.log(`${file}: ${score.toFixed(1)} % of ${mutants}, ${survived + noCoverage} alive`);
}
await summarize();
