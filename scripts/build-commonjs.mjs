// Builds dist/cjs, the same modules for `require` and for tools that read neither `exports` nor ES2022, from dist/src,
// dist/strategies and the sources. Also makes the declarations of both builds readable for every resolver.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist/cjs');
const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const filesIn = (folder, ending) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
// AssemblyScript is compiled by scripts/build-kernels.mjs.
const isTypeScript = (path) => !path.includes('/assembly/');
const sources = [...filesIn('src', '.ts'), ...filesIn('strategies', '.ts')].filter(isTypeScript);
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(out, { recursive: true, force: true });
// Node reads the nearest package.json, and webpack reads `sideEffects` there.
write(join(out, 'package.json'), JSON.stringify({ type: 'commonjs', sideEffects: false }));
await buildModules();
writeDeclarations();
writeStubs();

/** Transforms each module by itself, so that all entry points share one copy of every module. */
async function buildModules() {
  await build({
    entryPoints: sources,
    absWorkingDir: root,
    outbase: root,
    outdir: out,
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2018',
    sourcemap: true,
    sourcesContent: false,
    plugins: [{ name: 'keep-modules-apart', setup: keepModulesApart }],
  });
}

function keepModulesApart({ onResolve }) {
  onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
    if (kind === 'entry-point') return undefined;
    if (path.startsWith('.')) return { path: path.replace(/\.ts$/, '.js'), external: true };
    if (path !== 'gradclip/define') return { path, external: true };
    return { path: relativeImport(resolveDir, resolve(root, 'src/define.js')), external: true };
  });
}

function relativeImport(from, to) {
  const path = relative(from, to);
  return path.startsWith('.') ? path : `./${path}`;
}

function writeDeclarations() {
  for (const path of [...filesIn('dist/src', '.d.ts'), ...filesIn('dist/strategies', '.d.ts')]) {
    const text = portable(readFileSync(join(root, path), 'utf8'));
    writeFileSync(join(root, path), text);
    const define = relativeImport(dirname(join(root, path)), join(root, 'dist/src/define.js'));
    const copy = text
      .replaceAll(/(['"])gradclip\/define\1/g, `'${define}'`)
      .replace(/^\/\/# sourceMappingURL=.*$/m, '');
    write(join(out, relative('dist', path)), copy);
  }
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
    write(join(root, `${entry}.js`), `module.exports = require('${target.default}');\n`);
  }
}
