// `npm run test:mutation [folder or file…]` mutates files and prints the mutation score of each. Files with the same
// tests in the same order share a run of Stryker, because each run begins with all tests.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { FOLDERS, filesIn, testsOf } from './subjects.mjs';

const requested = process.argv.slice(2);
const subjects = FOLDERS.flatMap((folder) =>
  filesIn(folder)
    .filter((file) => requested.length === 0 || requested.includes(folder) || requested.includes(file))
    .map((file) => ({ file, tests: testsOf(folder, file).join() })),
);
if (subjects.length === 0) {
  console.error(`No folder or file is named ${requested.join(', ')}. The folders are ${FOLDERS.join(', ')}.`);
  process.exitCode = 1;
}

for (const tests of new Set(subjects.map((subject) => subject.tests))) {
  const files = subjects.filter((subject) => subject.tests === tests).map(({ file }) => file);
  const report = `coverage/mutation/${files[0]}.json`;
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/support/mutation/stryker.config.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED_FILES: files.join(), MUTATION_TESTS: tests, MUTATION_REPORT: report },
  });
  if (status === 0) {
    for (const file of files) printScore(file, report);
  } else {
    console.error(`${files.join(', ')}: Stryker exited with code ${status}.`);
    process.exitCode = 1;
  }
}

function printScore(file, report) {
  const { mutants = [] } = JSON.parse(readFileSync(report, 'utf8')).files[file] ?? {};
  const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const killed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const total = killed + survivors.length;
  const score = total === 0 ? 100 : (100 * killed) / total;
  console.log(`${file}: ${score.toFixed(1)} % of ${total} mutants killed`);
  for (const { location, replacement } of survivors) {
    const { line, column } = location.start;
    console.log(`  ${file}:${line}:${column} survives as ${replacement.replaceAll(/\s+/g, ' ').slice(0, 90)}`);
  }
}
