// From Stryker's reports to what is kept: results.json, and the page that shows it.
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { pageOf } from './page.mjs';
import { FOLDERS, subjectsOf } from './subjects.mjs';

const root = new URL('../../', import.meta.url);
const read = async (path) => JSON.parse(await readFile(new URL(path, root), 'utf8'));
const write = async (path, text, parser) => {
  const url = new URL(path, root);
  await writeFile(url, await format(text, { ...(await resolveConfig(url)), parser }));
};

const KILLED = ['Killed', 'Timeout'];
const ALIVE = ['Survived', 'NoCoverage'];

/** Writes results.json and the page from the latest report of each file; a file without one keeps its results. */
export async function summarize() {
  const [before, explained, { devDependencies: versions }] = await Promise.all([
    read('test/mutation/results.json').catch(() => ({ folders: {} })),
    read('test/mutation/survivors.json'),
    read('package.json'),
  ]);
  const after = {
    date: new Date().toISOString().slice(0, 10),
    command: 'npm run test:mutation',
    versions: {
      ...pick(versions, ['@stryker-mutator/core', '@stryker-mutator/vitest-runner', 'vitest']),
      node: process.versions.node,
    },
    folders: {},
  };
  for (const name of FOLDERS) {
    const files = [];
    for (const { file, report } of subjectsOf(name)) {
      const known = before.folders[name]?.files.find((one) => one.file === file);
      const found = await resultOf(file, report, explained).catch(() => known);
      if (found !== undefined) files.push(found);
    }
    after.folders[name] = { ...total(files), files };
  }
  await write('test/mutation/results.json', JSON.stringify(after), 'json');
  await write('docs/mutation-testing.md', pageOf(after), 'markdown');
}

/** What came of one file, in numbers. */
export async function tallyOf(report) {
  const { files } = await read(report);
  return countsOf(Object.values(files).flatMap(({ mutants }) => mutants));
}

async function resultOf(file, report, explained) {
  const { files } = await read(report);
  const { source, mutants } = files[file];
  const survivors = mutants
    .filter(({ status }) => ALIVE.includes(status))
    .map(({ location, replacement }) => {
      const [code, becomes] = [textAt(source, location), replacement].map(onOneLine);
      const isThis = ([from, to]) => from === code && to === becomes;
      const why = explained.find((one) => one.file === file && one.mutants.some(isThis))?.why;
      return { line: location.start.line, code, becomes, ...(why === undefined ? {} : { why }) };
    });
  return { file, ...countsOf(mutants), survivors };
}

function total(files) {
  const sum = (key) => files.reduce((all, one) => all + one[key], 0);
  const counts = Object.fromEntries(
    ['mutants', 'killed', 'timedOut', 'survived', 'noCoverage'].map((key) => [key, sum(key)]),
  );
  return { ...counts, score: scoreOf(counts.killed + counts.timedOut, counts.mutants) };
}

function scoreOf(killed, mutants) {
  return mutants === 0 ? 100 : Math.round((1000 * killed) / mutants) / 10;
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
    score: scoreOf(killed, killed + alive),
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
