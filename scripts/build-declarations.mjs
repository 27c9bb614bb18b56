// Makes the declarations that TypeScript wrote to dist readable for every resolver. They move to dist/cjs, where both
// builds find them; of the modules for `import`, only entry points have declarations beside them. Those contain their own
// text, because a class of InversifyJS has another type for `import` than for `require`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entryFiles = Object.values(entries).flatMap((entry) => entry.default?.types ?? []);

for (const folder of ['src', 'strategies']) {
  const names = readdirSync(join(root, 'dist', folder), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => each.endsWith('.d.ts'))) move(join(folder, name));
}
writeStubs();

function move(path) {
  const [from, to] = ['dist', 'dist/cjs'].map((folder) => join(root, folder, path));
  const text = portable(readFileSync(from, 'utf8'));
  const map = JSON.parse(readFileSync(`${from}.map`, 'utf8'));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text.replaceAll(/(['"])gradclip\/define\1/g, `'${relativePath(to, 'dist/cjs/src/define.js')}'`));
  writeFileSync(`${to}.map`, JSON.stringify({ ...map, sources: map.sources.map((source) => `../${source}`) }));
  if (entryFiles.includes(`./dist/${path}`)) {
    const moved = relativePath(from, join('dist/cjs', dirname(path)));
    writeFileSync(
      from,
      text.replaceAll(/((?:from |import\()['"])(\.[^'"]*)/g, (_, start, target) => `${start}${join(moved, target)}`),
    );
  } else {
    rmSync(from);
    rmSync(`${from}.map`);
  }
}

function relativePath(file, target) {
  const path = relative(dirname(file), join(root, target));
  return path.startsWith('.') ? path : `./${path}`;
}

/**
 * TypeScript keeps `./name.ts` in declarations, where only `./name.js` is found by every resolver. It also keeps
 * `NoInfer`, which TypeScript has only since 5.4; this type has the same effect in every version.
 */
function portable(declarations) {
  return declarations
    .replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js')
    .replaceAll(/\bNoInfer<(\w+)>/g, '[$1][$1 extends unknown ? 0 : never]');
}

/** Writes `strategies.js` and the like beside package.json, for resolvers that read no `exports`. */
function writeStubs() {
  for (const [entry, { require: target }] of Object.entries(entries)) {
    if (entry === '.' || target === undefined) continue;
    writeFileSync(join(root, `${entry}.js`), `module.exports = require('${target.default}');\n`);
  }
}
