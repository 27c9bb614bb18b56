// Builds the files for `<script>`, with their types: dist/gradclip.min.js, and dist/gradclip.layers.min.js, which adds what
// needs tf.layers (`clippingLogs` and `recurrent`) and uses the modules of the first.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, minify } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const GLOBAL = 'scripts/script-tag/global.ts';
const PROGRAM = `${root}program.js`;
const SHARED = 'gradclip:';
const IMPORT = /^import (?:\{(.+)\}|\* as (\w+)) from "(.+)";\n/gm;

const [user, strategies, layers, recurrent] = await Promise.all(
  ['src/index.ts', 'strategies/index.ts', 'src/layers.ts', 'src/recurrent/index.ts'].map(async (path) => {
    const { exports } = await bundle(`export * from './${path}';`);
    return { exports, statement: importFrom(path, exports) };
  }),
);

// The strategies first: gzip finds repetition only within 32 kB, and this order is 0.2 kB smaller than the reverse.
const main = `
  ${strategies.statement} ${user.statement}
  const strategies = { ${strategies.exports} };
  const names = { ...strategies, strategies, ${user.exports} };
`;
const { modules } = await bundle(`${main} export { names };`);
const second = await bundle(
  `${layers.statement} ${recurrent.statement} ${importFrom(GLOBAL, ['addNames'])}
  addNames({ ${layers.exports}, recurrent: { ${recurrent.exports} } });`,
  modules,
);

// What the second file uses of the first, in the order of its imports. An underscore, because the first exports some of it.
const shared = importsIn(second.code).filter(isShared);
const underscored = shared.map(({ from, names }) =>
  importFrom(
    from.replace(SHARED, ''),
    names.map(({ imported }) => `${imported} as _${imported}`),
  ),
);
const first = await bundle(`
  ${main} ${importFrom(GLOBAL, ['defineGradclip'])} ${underscored.join('\n')}
  defineGradclip(names, [${shared.flatMap(({ names }) => names.map(({ imported }) => `_${imported}`))}], ${JSON.stringify([...layers.exports, 'recurrent'])});
`);

await writeScript('gradclip.min.js', first.code, ['globalTfjs']);
await writeScript('gradclip.layers.min.js', second.code, ['globalTfjs', 'sharedModules']);
writeFileSync(
  `${root}dist/gradclip.min.d.ts`,
  `export * from './src/index.js';
export * from './strategies/index.js';
export * as strategies from './strategies/index.js';
export as namespace gradclip;
`,
);
writeFileSync(
  `${root}dist/gradclip.layers.min.d.ts`,
  `/// <reference path="gradclip.min.d.ts" />
declare module './gradclip.min.js' {
${layers.exports.map((name) => `  export const ${name}: typeof import('./src/layers.js').${name};`).join('\n')}
  export const recurrent: typeof import('./src/recurrent/index.js');
}
export {};
`,
);

function importFrom(path, names) {
  return `import { ${names} } from './${path}';`;
}

/** Bundles a program as an ES module, with the names it exports and the modules it contains; it imports tfjs and `outside`. */
async function bundle(program, outside = new Set()) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['source'] },
    define: { VERSION: JSON.stringify(version) },
    plugins: [resolveProgram(program, outside), withoutDocumentation()],
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: PROGRAM, preserveEntrySignatures: 'strict' },
    },
  });
  const [{ code, exports, modules: rendered }] = output;
  const contained = Object.keys(rendered).filter((path) => rendered[path].renderedLength > 0);
  return { code, exports, modules: new Set(contained.map((path) => relative(root, path))) };
}

function resolveProgram(program, outside) {
  return {
    name: 'program',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === PROGRAM) return id;
      if (id.startsWith('@tensorflow/')) return { id, external: true };
      const path = id.startsWith('.') ? relative(root, resolve(dirname(importer), id)) : '';
      return outside.has(path) ? { id: `${SHARED}${path}`, external: true } : undefined;
    },
    load: (id) => (id === PROGRAM ? program : undefined),
  };
}

/** Leaves out what only the docs, editors and `gradclip/testing` read of a strategy. */
function withoutDocumentation() {
  return {
    name: 'without-documentation',
    enforce: 'pre',
    transform(code, id) {
      if (!/[\\/](strategies|combinators|optimizer)[\\/][a-z-]+\.ts$/.test(id)) return undefined;
      return code
        .replaceAll(/\babout:\s*(['"`])(?:\\.|(?!\1).)*\1,?/g, '')
        .replaceAll(/^ {2}laws: \{.*\},\n/gm, '')
        .replaceAll(/^ {2}source: \{\n(?: {4}.*\n)* {2}\},\n/gm, '');
    },
  };
}

function importsIn(code) {
  return [...code.matchAll(IMPORT)].map(([, list = '', space, from]) => {
    const names = list.split(',').map((name) => {
      const [imported, local = imported] = name.trim().split(' as ');
      return { imported, local };
    });
    return { from, names, space };
  });
}

function isShared({ from }) {
  return from.startsWith(SHARED);
}

/** Writes a script that takes from global variables what `code` imports, by some functions of needs.ts. */
async function writeScript(file, code, functions) {
  const { code: runtime } = await bundle(`export { ${functions} } from './scripts/script-tag/needs.ts';`);
  const imports = importsIn(code);
  const fromTfjs = imports
    .filter((one) => !isShared(one))
    .map(({ names, space }) => space ?? `{ ${names.map(({ imported, local }) => `${imported}: ${local}`)} }`);
  const fromFirst = imports.filter(isShared).flatMap(({ names }) => names.map(({ local }) => local));
  const script = `(() => {
    const FILE = '${file}';
    const { ${functions} } = (() => { ${runtime.replace(/^export (\{.+\});$/m, 'return $1;')} })();
    ${fromTfjs.map((names) => `const ${names} = globalTfjs();`).join('\n')}
    ${fromFirst.length === 0 ? '' : `const [${fromFirst}] = sharedModules();`}
    ${code.replaceAll(IMPORT, '')}
  })();`;
  const { code: minified } = await minify(file, script, { compress: { target: 'es2022' } });
  writeFileSync(`${root}dist/${file}`, `/*! gradclip ${version} (MIT) */\n${minified}\n`);
}
