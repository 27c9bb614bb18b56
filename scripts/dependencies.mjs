// Writes docs/dependencies.md: what the two published packages depend on, why, under which licence, and how large it is.
// `npm run docs:dependencies` writes the page; with `--check` it only says whether the page is current.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import satisfies from 'spdx-satisfies';
import { format } from 'prettier';
import { WHY } from './dependencies-why.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;

/** Licences under which code may be used by, and beside, code under MIT without other terms than a notice. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unicode-3.0', 'Unlicense'];

/** Where a package that is needed at some place is installed, as Node looks for it; undefined where it was left out. */
function placeOf(name, from) {
  for (let folder = from; ; folder = folder.replace(/(^|\/)(node_modules\/)?[^/]*$/, '')) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (lock[place] !== undefined) return lock[place].link ? undefined : place;
    if (folder === '') return undefined;
  }
}

function neededBy(place) {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock[place];
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return (
    [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
      .map((name) => placeOf(name, place))
      .filter((found) => found !== undefined)
      // Built for one machine, and not what another has.
      .filter((found) => lock[found].cpu === undefined || !lock[found].optional)
  );
}

/** A package with all that it brings, by place. */
function withAll(place, seen = new Set()) {
  if (seen.has(place)) return seen;
  seen.add(place);
  for (const needed of neededBy(place)) withAll(needed, seen);
  return seen;
}

function bytesOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? bytesOf(path) : statSync(path).size);
    }, 0);
}

function shownSize(places) {
  const bytes = [...places].reduce((sum, place) => sum + bytesOf(join(root, place)), 0);
  const [unit, name] = bytes < 1e6 ? [1e3, 'kB'] : [1e6, 'MB'];
  return `${Number((bytes / unit).toPrecision(2))} ${name}`;
}

function licenceOf(place) {
  const { license } = lock[place];
  if (license === undefined || !satisfies(license, PERMISSIVE)) {
    throw new Error(
      `${place} is under ${license ?? 'no licence that it names'}; see PERMISSIVE in scripts/dependencies.mjs.`,
    );
  }
  return license;
}

function rowsOf(names, from) {
  return names.map((name) => {
    const why = WHY[name];
    if (why === undefined) throw new Error(`${name} needs a reason in scripts/dependencies-why.mjs.`);
    const place = placeOf(name, from);
    const brought = withAll(place);
    const more = brought.size === 1 ? '–' : `${brought.size - 1}, ${shownSize(brought)} in all`;
    return `| \`${name}\` | ${lock[place].version} | ${licenceOf(place)} | ${shownSize([place])} | ${more} | ${why} |`;
  });
}

function tableOf(names, from) {
  const others = (name) => name !== 'gradclip';
  const head = '| package | version | licence | size | brings | why |\n|---|---|---|---:|---|---|';
  return `${head}\n${rowsOf(names.filter(others), from).join('\n')}`;
}

function licencesOf(places) {
  const counts = new Map();
  for (const place of places) counts.set(licenceOf(place), (counts.get(licenceOf(place)) ?? 0) + 1);
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([licence, count]) => `| ${licence} | ${count} |`);
  return `| licence | packages |\n|---|---:|\n${rows.join('\n')}`;
}

/** The page as it should be. */
async function dependenciesPage() {
  const names = (place, kind) => Object.keys(lock[place][kind] ?? {});
  const all = new Set(['', 'lab'].flatMap((place) => neededBy(place)).flatMap((place) => [...withAll(place)]));
  const text = `---
title: Dependencies
---

# Dependencies

Written by \`npm run docs:dependencies\` from what is installed; a test fails when it is no longer so. *Size* is that of the files in
\`node_modules\`, nearly all of which never reach a browser: what a page loads is in [In the browser](guide/in-the-browser.md).

## gradclip

${tableOf(names('', 'dependencies'), '')}

Beside them stand the peers: TensorFlow.js is the program's own, and never a second copy.

${tableOf(names('', 'peerDependencies'), '')}

## gradclip-lab

${tableOf(names('lab', 'dependencies'), 'lab')}

Left out where they cannot be installed, since only runs on many machines need them:

${tableOf(names('lab', 'optionalDependencies'), 'lab')}

The licences of the data themselves are in [Tasks](guide/tasks.md#data-and-what-may-be-done-with-it).

## Licences

gradclip and gradclip-lab are under MIT. gradclip holds no code of other packages: these are installed beside it, each with its own notice. gradclip-lab holds the
program of a report, in which Observable Plot is bundled; its licence and those of what it brings lie beside it and go into every report. All packages that the two bring:

${licencesOf(all)}

Each of these allows use, change and distribution in and beside code under MIT, with its notice kept. A package under any other licence, or none, makes the script fail.
`;
  return format(text, { parser: 'markdown', printWidth: 120 });
}

const page = join(root, 'docs/dependencies.md');
const text = await dependenciesPage();
if (process.argv[2] !== '--check') writeFileSync(page, text);
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/dependencies.md is not what is installed; `npm run docs:dependencies` writes it.');
  process.exitCode = 1;
}
