// The tools that people load gradclip with. Each is a row of the table in docs/how-it-is-tested.md and names the test that tries it.
import { NODES } from '../package/versions.ts';

/** One tool, as the table of the docs shows it. */
export interface Door {
  readonly tool: string;
  readonly versions: string;
  readonly loads: string;
  readonly notes: string;
  /** How the tool is tried in an empty folder; without it, `npm run test:package` tries the tool. */
  readonly trial?: Trial;
}

/** An installation, the files of a project and its commands, of which the last ones must print `EXPECTED`. */
export interface Trial {
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly builds?: readonly (readonly string[])[];
  readonly prints: readonly (readonly string[])[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What the program prints: the loss after twenty steps and the name of a layer. */
export const EXPECTED = '5.0076 fused';

const PROGRAM = `import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';
import { defineStrategy } from 'gradclip/define';
import { fusedLSTM } from 'gradclip/recurrent';
const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
const optimizer = clipOptimizer(tf.train.adam(0.1), globalNorm({ maxNorm: 1 }));
for (let step = 0; step < 20; step += 1) optimizer.minimize(() => w.square().sum().asScalar());
if (typeof defineStrategy !== 'function') throw new Error('defineStrategy is missing');
console.log(w.square().sum().dataSync()[0].toFixed(4), fusedLSTM({ units: 1, name: 'fused' }).name);
`;

/** The same, with a strategy from a container. */
const WITH_CONTAINER = `${PROGRAM}
import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
if (registry.create('global-norm').id !== 'global-norm') throw new Error('the container does not work');
`;

const INVERSIFY_7 = ['inversify@7', 'reflect-metadata@0.2.2'];
const INVERSIFY_8 = ['inversify@8', 'reflect-metadata@0.2.2'];

const TYPED = `import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, diagnose } from 'gradclip';
import { allStrategies, globalNorm } from 'gradclip/strategies';
import { defineStrategy } from 'gradclip/define';
import { fusedLSTM } from 'gradclip/recurrent';
import { repairWasmBackend } from 'gradclip/wasm';
import { describeStrategy } from 'gradclip/testing';
import { createContainer, TOKENS } from 'gradclip/container';
const optimizer = clipOptimizer(tf.train.sgd(0.1), globalNorm({ maxNorm: 1 }));
createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry).create('none');
// @ts-expect-error: a misspelt option is an error
globalNorm({ maxNrm: 1 });
export { optimizer, defineStrategy, fusedLSTM, repairWasmBackend, describeStrategy, diagnose };
`;

const TYPESCRIPTS = ['5.0', '5.4', '5.9', '6.0', '7.0'];
const RESOLUTIONS = { node10: 'commonjs', node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' };

/** Type-checks the same program, and all declarations of gradclip, for one version of TypeScript and one resolution. */
function typeChecks(): Pick<Trial, 'files' | 'prints'> {
  const files: Record<string, string> = {
    'main.ts': TYPED,
    // Checks all declarations, but tfjs's own have errors that do not count.
    'check.cjs': `const { spawnSync } = require('node:child_process');
      const [, , alias, project] = process.argv;
      const compiler = 'node_modules/' + alias + '/bin/tsc';
      const { stdout } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
      const errors = stdout.split('\\n').filter((line) => /^(main|tsconfig|node_modules.gradclip).*error TS/.test(line));
      if (errors.length > 0) throw new Error(project + ': ' + errors.join('\\n'));
      console.log('${EXPECTED}');`,
  };
  const prints: string[][] = [];
  for (const version of TYPESCRIPTS)
    for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
      // TypeScript 7 has no node10 any more.
      if (version === '7.0' && moduleResolution === 'node10') continue;
      const project = `tsconfig.${version}-${moduleResolution}.json`;
      const compilerOptions = {
        ...{
          module,
          moduleResolution,
          target: 'es2022',
          lib: ['es2022', 'dom'],
          strict: true,
          types: [],
          noEmit: true,
        },
        ...(version === '6.0' && moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
      };
      files[project] = JSON.stringify({ compilerOptions, files: ['main.ts'] });
      prints.push(['node', 'check.cjs', `typescript-${version}`, project]);
    }
  return { files, prints };
}

const PARCEL_TARGET =
  'targets.main={"context":"node","includeNodeModules":true,"outputFormat":"commonjs","engines":{"node":">=20"},"isLibrary":false}';
const PARCEL_BUILD = ['npx', 'parcel', 'build', '--no-cache', '--no-source-maps'];

/** A React Native app's bundler, and a global object without `process` and `require` to run the bundle in. */
const METRO = {
  'babel.config.js': `module.exports = { presets: ['@react-native/babel-preset'] };`,
  'build.cjs': `const Metro = require('metro');
    (async () => {
      for (const readsExports of [true, false]) {
        const transformer = { babelTransformerPath: require.resolve('@react-native/metro-babel-transformer') };
        const config = await Metro.loadConfig({ projectRoot: __dirname, resetCache: true }, { transformer });
        config.resolver.unstable_enablePackageExports = readsExports;
        const name = (readsExports ? 'with' : 'without') + '-exports.js';
        await Metro.runBuild(config, { entry: name, out: 'bundle-' + name, dev: false, minify: false, platform: 'ios' });
      }
    })();`,
  'run.cjs': `const { readFileSync } = require('node:fs');
    const context = { console, performance, setTimeout, clearTimeout, TextEncoder, TextDecoder, fetch, WebAssembly };
    Object.assign(context, { global: context, window: context, navigator: { userAgent: '' }, document: {} });
    require('node:vm').runInNewContext(readFileSync(process.argv[2], 'utf8'), context);`,
};

/** All tools. */
export const DOORS: readonly Door[] = [
  {
    tool: '`import` or `require` in Node',
    versions: `${NODES[0]} to ${NODES.at(-1)}`,
    loads: 'ES modules',
    notes: '`require` and `import()` return the same objects',
  },
  { tool: 'Vite, esbuild, webpack', versions: '8, 0.28, 5', loads: 'ES modules', notes: 'no settings' },
  {
    tool: '`<script>` or an import map in a page',
    versions: 'Chromium',
    loads: '`gradclip.min.js`, or ES modules',
    notes: 'see [In the browser](guide/in-the-browser.md)',
  },
  { tool: 'Jest', versions: '29', loads: 'CommonJS', notes: 'no settings' },
  {
    tool: 'ts-jest',
    versions: '29',
    loads: 'CommonJS',
    notes: '`preset: "ts-jest"`',
    trial: {
      packages: ['jest@29', 'ts-jest@29', 'typescript@5.9', '@types/jest@29', ...INVERSIFY_7],
      files: {
        'jest.config.js': `module.exports = { preset: 'ts-jest' };`,
        'clip.test.ts': `${WITH_CONTAINER}test('is loaded', () => undefined);`,
      },
      prints: [['npx', 'jest']],
    },
  },
  {
    tool: 'TypeScript',
    versions: TYPESCRIPTS.join(', '),
    loads: 'declarations of either build',
    notes: 'every `moduleResolution`, `node` included',
    trial: {
      packages: [...TYPESCRIPTS.map((version) => `typescript-${version}@npm:typescript@${version}`), ...INVERSIFY_7],
      ...typeChecks(),
    },
  },
  {
    tool: 'Deno',
    versions: '2',
    loads: 'ES modules',
    notes: 'no settings',
    trial: {
      packages: ['deno@2', ...INVERSIFY_8],
      files: { 'main.mjs': WITH_CONTAINER },
      prints: [['npx', 'deno', 'run', '--allow-all', '--node-modules-dir=manual', 'main.mjs']],
    },
  },
  {
    tool: 'Bun',
    versions: '1',
    loads: 'ES modules',
    notes: 'no settings',
    trial: {
      packages: ['bun@1', ...INVERSIFY_8],
      files: { 'main.mjs': WITH_CONTAINER },
      prints: [['npx', 'bun', 'run', 'main.mjs']],
    },
  },
  {
    tool: 'Parcel',
    versions: '2',
    loads: 'CommonJS',
    notes: 'for `gradclip/container`: `"@parcel/resolver-default": { "packageExports": true }`',
    trial: {
      packages: ['parcel@2', ...INVERSIFY_7],
      files: {
        'main.mjs': PROGRAM,
        'container.mjs': WITH_CONTAINER,
      },
      builds: [
        ['npm', 'pkg', 'set', '--json', PARCEL_TARGET],
        ['npm', 'pkg', 'set', 'main=out/main.js', 'targets.main.source=main.mjs'],
        PARCEL_BUILD,
        ['npm', 'pkg', 'set', '--json', '@parcel/resolver-default.packageExports=true'],
        ['npm', 'pkg', 'set', 'main=out/container.js', 'targets.main.source=container.mjs'],
        PARCEL_BUILD,
      ],
      prints: [
        ['node', 'out/main.js'],
        ['node', 'out/container.js'],
      ],
    },
  },
  {
    tool: 'Metro (React Native)',
    versions: '0.87',
    loads: 'CommonJS or ES modules',
    notes: 'no settings',
    trial: {
      packages: [
        ...['metro@0.87', '@react-native/babel-preset', '@react-native/metro-babel-transformer', '@babel/runtime'],
        ...INVERSIFY_7,
      ],
      files: { ...METRO, 'with-exports.js': WITH_CONTAINER, 'without-exports.js': PROGRAM },
      builds: [['node', 'build.cjs']],
      prints: [
        ['node', 'run.cjs', 'bundle-with-exports.js'],
        ['node', 'run.cjs', 'bundle-without-exports.js'],
      ],
    },
  },
  {
    tool: 'webpack',
    versions: '4',
    loads: 'CommonJS',
    notes: 'not `gradclip/container`: webpack 4 cannot parse InversifyJS until Babel has transpiled it',
    trial: {
      packages: ['webpack@4', 'webpack-cli@4'],
      files: { 'main.js': PROGRAM },
      builds: [['npx', 'webpack', '--mode', 'development', '--target', 'node', '--entry', './main.js', '-o', 'out']],
      prints: [['node', 'out/main.js']],
      // webpack 4 hashes with MD4, which OpenSSL 3 offers only on request.
      env: { NODE_OPTIONS: '--openssl-legacy-provider' },
    },
  },
];

/** The table of the docs. */
export function doorsTable(): string {
  const rows = DOORS.map(({ tool, versions, loads, notes }) => `| ${tool} | ${versions} | ${loads} | ${notes} |`);
  return ['| tool | versions | loads | notes |', '|---|---|---|---|', ...rows].join('\n');
}
