// docs/mutation-testing.md, from results.json.

/** The page. */
export function pageOf({ date, versions, folders }) {
  const names = Object.keys(folders);
  const survivors = names.flatMap((name) =>
    folders[name].files.flatMap(({ file, survivors: alive }) => alive.map((one) => ({ file, ...one }))),
  );
  return `---
title: Mutation testing
---

# Mutation testing

Written by \`npm run test:mutation\` on ${date}. [Stryker](https://stryker-mutator.io) changes the code in one place at a time: a \`<\` to a
\`<=\`, a condition to \`true\`, a text to an empty one. Each change is a mutant. A mutant that makes a test fail is killed; one
that no test notices has survived, and is a test that is missing, code that does nothing, or another way to say the same.

| folder | mutants | killed | timed out | survived | not reached | killed of all |
| --- | --: | --: | --: | --: | --: | --: |
${names.map((name) => rowOf(name, folders[name])).join('\n')}

A mutant that timed out is one that never ends, and counts as killed. One that is not reached by any test counts as alive.

Each file answers to the tests that mirror it (\`test/mutation/folders.json\`), in brief: on one backend and the simulated
device, with four seeded sequences where \`npm test\` takes fifty, and with three optimizers of nine. The whole suite could only
kill more. Left out are the words that a declaration has for people (\`title\`, \`about\`, \`source\`), which the house test
compares with the pages. @stryker-mutator/core ${versions['@stryker-mutator/core']}, its vitest runner
${versions['@stryker-mutator/vitest-runner']}, vitest ${versions.vitest}, Node ${versions.node}.

\`\`\`sh
npm run test:mutation                            # all of it: hours on two cores
npm run test:mutation core                       # one folder
npm run test:mutation -- strategies/z-clip.ts    # one file
\`\`\`

## By file

${names.map((name) => filesOf(name, folders[name])).join('\n\n')}

## What survived, and why

${explained(survivors)}
`;
}

function rowOf(name, { mutants, killed, timedOut, survived, noCoverage, score }) {
  return `| \`${name}\` | ${mutants} | ${killed} | ${timedOut} | ${survived} | ${noCoverage} | ${score.toFixed(1)} % |`;
}

function filesOf(name, { files }) {
  const rows = files.map(
    ({ file, mutants, killed, timedOut, survived, noCoverage, score }) =>
      `| \`${file}\` | ${mutants} | ${killed + timedOut} | ${survived + noCoverage} | ${score.toFixed(1)} % |`,
  );
  return `| ${name} | mutants | killed | alive | score |\n| --- | --: | --: | --: | --: |\n${rows.join('\n')}`;
}

function explained(survivors) {
  const reasons = [...new Set(survivors.map(({ why }) => why))].filter((why) => why !== undefined);
  const parts = reasons.map((why) => `${why}\n\n${listOf(survivors.filter((one) => one.why === why))}`);
  const rest = survivors.filter(({ why }) => why === undefined);
  if (rest.length > 0) parts.push(`Not looked into yet:\n\n${listOf(rest)}`);
  return parts.join('\n\n');
}

function listOf(survivors) {
  return survivors
    .map(({ file, line, code, becomes }) => `- \`${file}:${line}\` ${quoted(code)} → ${quoted(becomes)}`)
    .join('\n');
}

// A text in backticks holds backticks itself when it is a template.
function quoted(code) {
  const short = code.length > 70 ? `${code.slice(0, 67)}...` : code;
  const fence = short.includes('`') ? '``' : '`';
  return short.includes('`') ? `${fence} ${short} ${fence}` : `${fence}${short}${fence}`;
}
