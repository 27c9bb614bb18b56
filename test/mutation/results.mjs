// results.json: what came of each file when it was last mutated.
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { filesIn, FOLDERS } from './subjects.mjs';

const root = new URL('../../', import.meta.url);
const read = async (path) => JSON.parse(await readFile(new URL(path, root), 'utf8'));

const RESULTS = 'test/mutation/results.json';
const KILLED = ['Killed', 'Timeout'];
const ALIVE = ['Survived', 'NoCoverage'];
// Enough to find the place by; a mutant that empties a function has all of it as its code.
const LONGEST = 90;

/** The results of all files. */
export const results = () => read(RESULTS).catch(() => ({ versions: {}, folders: {} }));

/** Puts Stryker's report on a file in the place of what was known of it; returns it. */
export async function keep(file, report) {
  const [{ folders }, { devDependencies }, { files }] = await Promise.all([
    results(),
    read('package.json'),
    read(report),
  ]);
  const result = { file, date: new Date().toISOString().slice(0, 10), ...resultOf(files[file]) };
  const after = {
    versions: {
      ...pick(devDependencies, ['@stryker-mutator/core', '@stryker-mutator/vitest-runner', 'vitest']),
      node: process.versions.node,
    },
    folders: Object.fromEntries(FOLDERS.map((name) => [name, withResult(name, folders[name]?.files ?? [], result)])),
  };
  await writeFile(new URL(RESULTS, root), await format(JSON.stringify(after), { parser: 'json', printWidth: 120 }));
  return result;
}

// A file that is no longer there, or no longer mutated, goes.
function withResult(folder, known, result) {
  const there = filesIn(folder);
  const files = there.flatMap((file) => (file === result.file ? [result] : known.filter((one) => one.file === file)));
  const unmeasured = there.filter((file) => !files.some((one) => one.file === file));
  const sum = (key) => files.reduce((all, one) => all + one[key], 0);
  const counts = Object.fromEntries(
    ['mutants', 'killed', 'timedOut', 'survived', 'noCoverage'].map((key) => [key, sum(key)]),
  );
  return { ...counts, score: scoreOf(counts.killed + counts.timedOut, counts.mutants), unmeasured, files };
}

function resultOf({ source, mutants }) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const [killed, alive] = [count(...KILLED), count(...ALIVE)];
  const survivors = mutants
    .filter(({ status }) => ALIVE.includes(status))
    .map(({ location, replacement }) => ({
      line: location.start.line,
      code: onOneLine(textAt(source, location)),
      becomes: onOneLine(replacement),
    }));
  return {
    mutants: killed + alive,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    noCoverage: count('NoCoverage'),
    score: scoreOf(killed, killed + alive),
    survivors,
  };
}

function scoreOf(killed, mutants) {
  return mutants === 0 ? 100 : Math.round((1000 * killed) / mutants) / 10;
}

function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

function onOneLine(code) {
  const line = code.replace(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line;
}

function pick(record, names) {
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}
