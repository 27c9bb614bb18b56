// docs/mutation-testing.md, from results.json and, for what survived, survivors.json.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { folderOf, FOLDERS } from './subjects.mjs';

const survivors = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8'));

/** Where the page lies. */
export const PAGE = fileURLToPath(new URL('../../docs/mutation-testing.md', import.meta.url));

/** The page. */
export async function pageOf({ versions, folders, note = '' }) {
  const measured = FOLDERS.flatMap((name) => folders[name].files);
  const text = `---
title: Mutation testing
---

# Mutation testing

Written by \`npm run test:mutation\` ${whenOf(measured)}. [Stryker](https://stryker-mutator.io) changes the code in one place at a time: a \`<\` to a
\`<=\`, a condition to \`true\`, a text to an empty one. Each change is a mutant. A mutant that makes a test fail is killed; one
that no test notices has survived, and is a test that is missing, code that does nothing, or another way to say the same.

| folder | mutants | killed | timed out | survived | not reached | killed of all |
| --- | --: | --: | --: | --: | --: | --: |
${FOLDERS.map((name) => rowOf(folderOf(name), folders[name])).join('\n')}

A mutant that timed out is one that never ends, and counts as killed. One that no test reaches counts as alive.
${missingFrom(FOLDERS.flatMap((name) => folders[name].unmeasured))}
Each file answers to the tests that mirror it (\`test/mutation/folders.json\`), in brief: on one backend and the simulated
device, with four seeded sequences where \`npm test\` takes fifty, and with three optimizers of nine. The whole suite could only
kill more. Left out are the words that a declaration has for people (\`title\`, \`about\`, \`source\`), which the house test
compares with the pages, and files that only declare types or hand on what others export. ${note}

@stryker-mutator/core ${versions['@stryker-mutator/core']}, its vitest runner ${versions['@stryker-mutator/vitest-runner']}, vitest ${versions.vitest}, Node ${versions.node}.

\`\`\`sh
npm run test:mutation                            # all of it: hours on two cores
npm run test:mutation core                       # one folder
npm run test:mutation -- strategies/z-clip.ts    # one file
npm run test:mutation -- --page                  # only this page, after a change of survivors.json
\`\`\`

## By file

${FOLDERS.filter((name) => folders[name].files.length > 0)
  .map((name) => filesOf(folderOf(name), folders[name]))
  .join('\n\n')}

## What survived, and why

${explained(measured)}
`;
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

function whenOf(measured) {
  const dates = measured.map(({ date }) => date).sort();
  const [first, last] = [dates.at(0), dates.at(-1)];
  return first === last ? `on ${first}` : `between ${first} and ${last}, file by file`;
}

function missingFrom(unmeasured) {
  return unmeasured.length === 0 ? '' : `\nNot measured: ${unmeasured.map((file) => `\`${file}\``).join(', ')}.\n`;
}

function rowOf(folder, { mutants, killed, timedOut, survived, noCoverage, score }) {
  if (mutants === 0) return `| \`${folder}\` | – | – | – | – | – | – |`;
  return `| \`${folder}\` | ${mutants} | ${killed} | ${timedOut} | ${survived} | ${noCoverage} | ${score.toFixed(1)} % |`;
}

function filesOf(folder, { files }) {
  const rows = files.map(
    ({ file, mutants, killed, timedOut, survived, noCoverage, score }) =>
      `| \`${file.slice(folder.length + 1)}\` | ${mutants} | ${killed + timedOut} | ${survived + noCoverage} | ${score.toFixed(1)} % |`,
  );
  return `| ${folder} | mutants | killed | alive | score |\n| --- | --: | --: | --: | --: |\n${rows.join('\n')}`;
}

function explained(measured) {
  const alive = measured.flatMap(({ file, survivors: left }) => left.map((one) => ({ file, ...one })));
  const whyOf = ({ file, code, becomes }) =>
    survivors.find(({ mutants }) => mutants[file]?.some(([from, to]) => from === code && to === becomes))?.why;
  const parts = survivors.map(({ why }) => [why, alive.filter((one) => whyOf(one) === why)]);
  parts.push(['Not looked into yet.', alive.filter((one) => whyOf(one) === undefined)]);
  return parts
    .filter(([, mutants]) => mutants.length > 0)
    .map(([why, mutants]) => `${why}\n\n${listOf(mutants)}`)
    .join('\n\n');
}

function listOf(mutants) {
  return mutants
    .map(({ file, line, code, becomes }) => `- \`${file}:${line}\` ${quoted(code)} → ${quoted(becomes)}`)
    .join('\n');
}

// A text in backticks holds backticks itself when it is a template.
function quoted(code) {
  if (!code.includes('`')) return `\`${code}\``;
  return `\`\` ${code} \`\``;
}
