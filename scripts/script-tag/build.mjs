// Builds dist/gradclip.min.js for `<script>`, with its types.
import { build } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minify } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const entry = `
  export * from './src/index.ts';
  export * from './strategies/index.ts';
  export * as strategies from './strategies/index.ts';
  export * from './src/layers.ts';
  export * from './src/recurrent/index.ts';
`;
const options = {
  stdin: { contents: entry, resolveDir: root, loader: 'ts' },
  bundle: true,
  conditions: ['source'],
  target: 'es2022',
  legalComments: 'none',
  write: false,
};

/** The names that gradclip imports from tfjs. */
async function tfjsNames() {
  const { outputFiles } = await build({ ...options, format: 'esm', external: ['@tensorflow/*'] });
  const { text } = outputFiles[0];
  const imports = text.matchAll(/^import \{([^}]+)\} from "@tensorflow\//gm);
  const named = [...imports].flatMap(([, names]) => names.split(',').map((name) => name.trim().split(' ')[0]));
  const namespaces = text.matchAll(/^import \* as (\w+) from "@tensorflow\//gm);
  const members = [...namespaces].flatMap(([, space]) => [...text.matchAll(new RegExp(`\\b${space}\\.(\\w+)`, 'g'))]);
  return new Set([...named, ...members.map(([, name]) => name)]);
}

/** Replaces the packages of tfjs by the global variable `tf`. */
const tfjsFromGlobal = (names) => ({
  name: 'tfjs-from-global',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\// }, () => ({ path: 'tf', namespace: 'global' }));
    onLoad({ filter: /^tf$/, namespace: 'global' }, () => ({
      contents: `
        import { globalTfjs } from './scripts/script-tag/tfjs.ts';
        export const { ${[...names].join(', ')} } = globalTfjs();
      `,
      resolveDir: root,
    }));
  },
});

/** Leaves out what declarations say for the docs and for editors; no code reads it. */
const withoutDocumentation = {
  name: 'without-documentation',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](strategies|combinators|optimizer)[\\/][a-z-]+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll(/\babout:\s*(['"`])(?:\\.|(?!\1).)*\1/g, `about: ''`)
        .replaceAll(/^ {2}source: \{\n(?: {4}.*\n)* {2}\},\n/gm, ''),
      loader: 'ts',
    }));
  },
};

const { outputFiles } = await build({
  ...options,
  format: 'iife',
  globalName: 'gradclip',
  plugins: [tfjsFromGlobal(await tfjsNames()), withoutDocumentation],
});
// Smaller by 3 % than what esbuild's own minifier writes.
const { code } = await minify('gradclip.js', outputFiles[0].text, { compress: { target: 'es2022' } });
writeFileSync(`${root}dist/gradclip.min.js`, `/*! gradclip ${version} (MIT) */\n${code}\n`);

writeFileSync(
  `${root}dist/gradclip.min.d.ts`,
  `export * from './src/index.js';
export * from './strategies/index.js';
export * as strategies from './strategies/index.js';
export * from './src/layers.js';
export * from './src/recurrent/index.js';
export as namespace gradclip;
`,
);
