// `npm run test:mutation [folder or file…]`: mutates one file after another, and puts after each what came of it into
// results.json and docs/mutation-testing.md. A file that is not named keeps its results. With --page it only writes the
// page anew, with --check it only looks whether that would change anything.
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { PAGE, pageOf } from './page.mjs';
import { keep, results } from './results.mjs';
import { filesIn, FOLDERS, testsOf } from './subjects.mjs';

const named = process.argv.slice(2);
if (named[0] === '--check') await check();
else if (named[0] === '--page') await writeFile(PAGE, await pageOf(await results()));
else await mutate();

async function check() {
  if ((await readFile(PAGE, 'utf8')) === (await pageOf(await results()))) return;
  console.error('docs/mutation-testing.md is not what results.json says; `npm run test:mutation -- --page` writes it.');
  process.exitCode = 1;
}

async function mutate() {
  const subjects = FOLDERS.flatMap((folder) =>
    filesIn(folder)
      .filter((file) => named.length === 0 || named.includes(folder) || named.includes(file))
      .map((file) => ({ file, tests: testsOf(folder, file), report: `coverage/mutation/${file}.json` })),
  );
  if (subjects.length === 0) {
    console.error(`There is no folder or file ${named.join(', ')}; the folders are ${FOLDERS.join(', ')}.`);
    process.exitCode = 1;
  }
  for (const { file, tests, report } of subjects) {
    const { status } = spawnSync('npx', ['stryker', 'run', 'test/mutation/stryker.config.mjs'], {
      stdio: 'inherit',
      env: { ...process.env, MUTATED_FILE: file, MUTATION_TESTS: tests.join(), MUTATION_REPORT: report },
    });
    if (status === 0) {
      const { mutants, survived, noCoverage, score } = await keep(file, report);
      await writeFile(PAGE, await pageOf(await results()));
      console.log(`${file}: ${score.toFixed(1)} % of ${mutants}, ${survived + noCoverage} alive`);
    } else {
      console.error(`${file}: not measured, Stryker ended with ${status}.`);
      process.exitCode = 1;
    }
  }
}
