// From Stryker's reports to what is kept: results.json, and the page that shows it.
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import folders from './folders.json' with { type: 'json' };
import { pageOf } from './page.mjs';

const root = new URL('../../', import.meta.url);
const read = async (path) => JSON.parse(await readFile(new URL(path, root), 'utf8'));
const write = async (path, text, parser) => {
  const url = new URL(path, root);
  await writeFile(url, await format(text, { ...(await resolveConfig(url)), parser }));
};

const KILLED = ['Killed', 'Timeout'];
const ALIVE = ['Survived', 'NoCoverage'];

/** Writes results.json and the page from the latest report of each folder; a folder without one keeps its results. */
export async function summarize() {
  const [before, explained, versions] = await Promise.all([
    read('test/mutation/results.json').catch(() => ({ folders: {} })),
    read('test/mutation/survivors.json'),
    read('package.json').then(({ devDependencies }) => devDependencies),
  ]);
  const after = {
    versions: pick(versions, ['@stryker-mutator/core', '@stryker-mutator/vitest-runner', 'vitest']),
    folders: {},
  };
  after.versions.node = process.versions.node;
  for (const name of Object.keys(folders)) {
    const report = await read(`coverage/mutation/${name}.json`).catch(() => undefined);
    const known = before.folders[name];
    if (report === undefined && known !== undefined) after.folders[name] = known;
    if (report !== undefined) after.folders[name] = resultOf(report, explained);
  }
  await write('test/mutation/results.json', JSON.stringify(after), 'json');
  await write('docs/mutation-testing.md', pageOf(after), 'markdown');
}

function resultOf({ files }, explained) {
  const counted = Object.entries(files).map(([file, { mutants }]) => ({ file, ...countsOf(mutants) }));
  const survivors = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => ALIVE.includes(status))
      .map((mutant) => {
        const { line } = mutant.location.start;
        const [code, becomes] = [textAt(source, mutant.location), mutant.replacement].map(onOneLine);
        const why = explained.find(
          (one) => one.file === file && one.mutants.some(([from, to]) => from === code && to === becomes),
        )?.why;
        return { file, line, code, becomes, ...(why === undefined ? {} : { why }) };
      }),
  );
  const mutants = Object.values(files).flatMap((one) => one.mutants);
  return { date: new Date().toISOString().slice(0, 10), ...countsOf(mutants), files: counted, survivors };
}

function countsOf(mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const [killed, alive] = [count(...KILLED), count(...ALIVE)];
  return {
    mutants: killed + alive,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    noCoverage: count('NoCoverage'),
    score: killed + alive === 0 ? 100 : Math.round((1000 * killed) / (killed + alive)) / 10,
  };
}

function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

function onOneLine(code) {
  return code.replace(/\s+/g, ' ');
}

function pick(record, names) {
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}
