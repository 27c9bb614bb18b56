// Fails unless all files name the same version: `node scripts/release-version.mjs 0.1.0`. The default is the version of
// package.json. The changelog and the citation must also have the same date.
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json'));
const expected = process.argv[2] ?? version;

const [, changed, day] = /^## \[(\d[^\]]*)\] - (\d{4}-\d{2}-\d{2})$/m.exec(read('CHANGELOG.md')) ?? [];
const citation = read('CITATION.cff');
const cited = (key) => new RegExp(`^${key}: (.+)$`, 'm').exec(citation)?.[1];

const lab = JSON.parse(read('lab/package.json'));

const named = {
  'package.json': version,
  'lab/package.json': lab.version,
  'the range of gradclip in lab/package.json': lab.dependencies.gradclip.replace(/^\^/, ''),
  'the newest section of CHANGELOG.md': changed,
  'CITATION.cff': cited('version'),
};
const faults = Object.entries(named)
  .filter(([, found]) => found !== expected)
  .map(([where, found]) => `${where} says ${found}, not ${expected}.`);
if (cited('date-released') !== day) faults.push(`CITATION.cff says ${cited('date-released')}, CHANGELOG.md ${day}.`);

for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
