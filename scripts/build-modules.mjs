// Builds the modules of the package twice from the sources: dist/src and dist/strategies for `import`, and dist/cjs for
// `require` and for tools that read neither `exports` nor ES2022. Only the first have source maps.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['src', 'strategies'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    // AssemblyScript is compiled by scripts/build-kernels.mjs.
    .filter((name) => name.endsWith('.ts') && !name.includes('assembly/'))
    .map((name) => join(folder, name)),
);
const options = {
  entryPoints: sources,
  absWorkingDir: root,
  outbase: root,
  bundle: true,
  platform: 'neutral',
  charset: 'utf8',
};

mkdirSync(join(root, 'dist/cjs'), { recursive: true });
// Node reads the nearest package.json, and webpack reads `sideEffects` there.
writeFileSync(join(root, 'dist/cjs/package.json'), JSON.stringify({ type: 'commonjs', sideEffects: false }));
await build({
  ...options,
  outdir: join(root, 'dist'),
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  sourcesContent: false,
  plugins: [moduleByModule({})],
});
await build({
  ...options,
  outdir: join(root, 'dist/cjs'),
  format: 'cjs',
  target: 'es2018',
  plugins: [moduleByModule({ 'gradclip/define': 'src/define.js' })],
});

/** Transforms each module by itself, so that all entry points share one copy of every module. */
function moduleByModule(inside) {
  return {
    name: 'module-by-module',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
        if (kind === 'entry-point') return undefined;
        if (path.startsWith('.')) return { path: path.replace(/\.ts$/, '.js'), external: true };
        if (!(path in inside)) return { path, external: true };
        const target = relative(resolveDir, resolve(root, inside[path]));
        return { path: target.startsWith('.') ? target : `./${target}`, external: true };
      });
    },
  };
}
