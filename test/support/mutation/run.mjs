// `npm run test:mutation [folder or file…]` mutates files and prints the mutation score of each and of all. Files with
// the same tests in the same order share a run of Stryker, because each run begins with all tests. `-- --every 10`
// mutates a sample: three of every thirty lines.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FOLDERS, filesIn, testsOf } from './subjects.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '1' } },
});
const requested = positionals.map((path) => path.replace(/\/$/, ''));
const every = Number(values.every);
const subjects = FOLDERS.flatMap((folder) =>
  filesIn(folder)
    .filter((file) => requested.length === 0 || requested.some((path) => file === path || file.startsWith(`${path}/`)))
    .map((file) => ({ file, tests: testsOf(folder, file).join() })),
);
if (subjects.length === 0) {
  console.error(`No folder or file is named ${requested.join(', ')}. The folders are ${FOLDERS.join(', ')}.`);
  process.exitCode = 1;
}
if (!Number.isInteger(every) || every < 1) {
  console.error(`--every must be a whole number from 1, not ${values.every}: one of how many lines is mutated.`);
  process.exit(1);
}

const all = { killed: 0, total: 0 };

for (const tests of new Set(subjects.map((subject) => subject.tests))) {
  const files = subjects.filter((subject) => subject.tests === tests).map(({ file }) => file);
  const report = `coverage/mutation/${files[0]}.json`;
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/support/mutation/stryker.config.mjs'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      MUTATED_FILES: files.flatMap((file, index) => sampledRanges(file, index)).join(),
      MUTATION_TESTS: tests,
      MUTATION_REPORT: report,
    },
  });
  if (status === 0) {
    for (const file of files) printScore(file, report);
  } else {
    console.error(`${files.join(', ')}: Stryker exited with code ${status}.`);
    process.exitCode = 1;
  }
}
console.log(`In all: ${percent(all)} of ${all.total} mutants killed`);

/** The whole file, or every n-th group of lines, which begins at another line in each file. */
function sampledRanges(file, index) {
  if (every === 1) return [file];
  const size = 3;
  const lines = readFileSync(file, 'utf8').split('\n').length;
  const ranges = [];
  for (let first = 1 + ((index * size) % (size * every)); first <= lines; first += size * every)
    ranges.push(`${file}:${first}-${first + size - 1}`);
  return ranges;
}

function percent({ killed, total }) {
  return `${(total === 0 ? 100 : (100 * killed) / total).toFixed(1)} %`;
}

function printScore(file, report) {
  const { mutants = [] } = JSON.parse(readFileSync(report, 'utf8')).files[file] ?? {};
  const survivors = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const killed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const total = killed + survivors.length;
  all.killed += killed;
  all.total += total;
  console.log(`${file}: ${percent({ killed, total })} of ${total} mutants killed`);
  for (const { location, replacement } of survivors) {
    const { line, column } = location.start;
    console.log(`  ${file}:${line}:${column} survives as ${replacement.replaceAll(/\s+/g, ' ').slice(0, 90)}`);
  }
}
