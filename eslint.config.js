import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import jsdoc from 'eslint-plugin-jsdoc';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// Import zones, checked only here. Imports inside src go one way:
// kernels ← core ← registry, records ← combinators, saving ← optimizer ← diagnosis ← the entry points.
const layers = [
  ['kernels'],
  ['core'],
  ['registry', 'records'],
  ['combinators', 'saving'],
  ['optimizer'],
  ['diagnosis'],
];
const zone = (target, from, message) => ({ target, from, message });
const layerZones = layers.flatMap((names, index) => {
  const allowed = layers.slice(0, index + 1).flat();
  return names.map((name) =>
    zone(
      `./src/${name}`,
      [`./src/!(${allowed.join('|')})/**`, './src/*.ts'],
      `src/${name} may import ${allowed.join(', ')} and tfjs-core only.`,
    ),
  );
});
// Imports inside lab go one way: tasks and cells ← run ← analysis ← experiments with their judges ← catalogue ←
// report and text ← node ← results-page and redis ← cli.
const labLayers = [
  ['cells'],
  ['tasks'],
  ['run'],
  ['analysis'],
  ['experiments'],
  ['catalogue', 'export'],
  ['report'],
  ['text'],
  ['node'],
  ['results-page', 'redis'],
  ['cli'],
];
const labZones = labLayers.flatMap((names, index) => {
  const allowed = labLayers.slice(0, index + 1).flat();
  return names.map((name) =>
    zone(
      `./lab/${name}`,
      [`./lab/!(${[...allowed, 'node_modules'].join('|')})/**`, './lab/{index,browser,bin,cli}.ts'],
      `lab/${name} may import ${allowed.join(', ')} only.`,
    ),
  );
});
const zones = [
  ...layerZones,
  zone('./src/registry', './src/records', 'The registry does not import records.'),
  zone('./src/records', './src/registry', 'Records do not import the registry.'),
  zone(
    ['./src/wasm', './src/recurrent', './src/testing'],
    './src/*.ts',
    'An optional entry point does not import another entry point.',
  ),
  zone('./src/wasm', './src/!(kernels|core|wasm)/**', 'gradclip/wasm may import core and kernels only.'),
  zone('./src/recurrent', './src/!(kernels|core|recurrent)/**', 'gradclip/recurrent may import core and kernels only.'),
  zone(
    ['./src/index.ts', './src/define.ts', './src/container.ts', './src/layers.ts'],
    './src/{wasm,recurrent,testing}/**',
    'The library does not depend on its optional entry points.',
  ),
  zone('./src', ['./strategies', './lab', './playground', './test'], 'src knows no strategy by name.'),
  zone('./strategies', ['./lab', './playground', './test'], 'Strategies import the library only.'),
  zone('./lab', ['./playground', './test'], 'The lab does not import the playground or the tests.'),
  ...labZones,
];

const noInversify = { group: ['inversify', 'reflect-metadata'], message: 'Only src/container.ts loads InversifyJS.' };
const noNode = { group: ['node:*'], message: 'This code also runs in a browser.' };
const noSelf = {
  group: ['gradclip', 'gradclip/*', 'gradclip-lab'],
  message: 'Inside src, import by relative path; src knows no strategy by name.',
};
const onlyCore = {
  regex: '^@tensorflow/tfjs(?!-core$)',
  message: 'The library depends on @tensorflow/tfjs-core alone.',
};
const restricted = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default defineConfig(
  globalIgnores(['**/dist/', 'site/', '**/coverage/', '**/gradclip-results/', '**/.gradclip/', 'test/.generated/']),
  // AssemblyScript, which its own compiler checks in `npm run build:kernels`.
  globalIgnores(['src/**/assembly/']),
  // Written by scripts/build-commonjs.mjs.
  globalIgnores(['{container,define,layers,recurrent,strategies,testing,wasm}.js']),
  // Projects with a tsconfig.json of their own, which see the package as it is installed.
  globalIgnores(['examples/*-typescript-*/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Messages are full of numbers, and a number has only one rendering.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNever: true },
      ],
      // `() => sideEffect()` is how callbacks are written here.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `this: void` and `void | Promise<void>` say exactly what a callback may do.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Messages and markup render whatever they are given, and say so in their types.
      '@typescript-eslint/no-base-to-string': 'off',
      // Functions stand in plain records here more often than on classes, and take no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // With noUncheckedIndexedAccess, `values[i]!` is the plain word in a loop over a typed array.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What users pass, JSON and tfjs itself promise more in their types than they keep; checks at the edge stay.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // tfjs's kernels and fit arguments are typed by classes and enums that it does not export.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // `[...text]` gives code points, which is what a character model counts.
      '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }, 'string'] }],
      // A generic parameter that is named once documents a factory's options better than `unknown` does.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // tfjs gives the results of its functional operations as wide generics (`Tensor<Rank>`), which callers narrow.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // tfjs marks the public parts of its engine and of chained operations as deprecated in bulk.
      '@typescript-eslint/no-deprecated': 'off',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.js', '.json'], conditionNames: ['source', 'import', 'default'] }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import-x/no-cycle': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/container.ts', 'src/layers.ts', 'src/recurrent/**', 'src/wasm/**', 'src/testing/**'],
    rules: restricted(noInversify, noNode, noSelf, onlyCore),
  },
  { files: ['src/container.ts'], rules: restricted(noNode, noSelf, onlyCore) },
  {
    // These entry points exist because they need more of tfjs than the framework does.
    files: ['src/layers.ts', 'src/recurrent/**/*.ts', 'src/wasm/**/*.ts', 'src/testing/**/*.ts'],
    rules: restricted(noInversify, noNode, noSelf),
  },
  {
    files: ['strategies/*.ts'],
    ignores: ['strategies/index.ts'],
    rules: restricted(noInversify, noNode, {
      regex: '^(?!gradclip/define$|@tensorflow/tfjs-core$|\\./_[a-z-]+\\.ts$)',
      message: 'A strategy imports gradclip/define, @tensorflow/tfjs-core and ./_*.ts, as an outside author would.',
    }),
  },
  {
    files: ['lab/**/*.ts'],
    ignores: [
      'lab/node/**',
      'lab/redis/**',
      'lab/cli/**',
      'lab/results-page/write-results.ts',
      'lab/**/{cli,bin,worker}.ts',
      'lab/*.config.ts',
    ],
    rules: restricted(noNode),
  },
  {
    files: ['playground/src/**/*.{ts,tsx}'],
    rules: restricted(noNode, {
      regex: '^gradclip(?!$|/(strategies|container|define|layers|recurrent|wasm|package\\.json)$|-lab/browser$)',
      message: 'The playground imports what a page may: the library, and the lab’s part for browsers.',
    }),
  },
  {
    files: ['examples/**/*.ts'],
    rules: restricted({ regex: '^\\.', message: 'An example imports what its reader would: packages, by name.' }),
  },
  {
    files: ['src/**/*.ts', 'strategies/**/*.ts'],
    extends: [jsdoc.configs['flat/recommended-typescript-error']],
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: { esm: true },
          require: { ClassDeclaration: true, FunctionDeclaration: true, MethodDefinition: false },
          contexts: [
            'ExportNamedDeclaration > VariableDeclaration',
            'ExportNamedDeclaration > TSInterfaceDeclaration',
            'ExportNamedDeclaration > TSTypeAliasDeclaration',
            // The members of what is public are asked for by typedoc, which knows what is public.
          ],
        },
      ],
      'jsdoc/require-description': [
        'error',
        { contexts: ['any'], exemptedBy: ['internal', 'inheritDoc', 'param', 'returns'] },
      ],
      'jsdoc/check-tag-names': ['error', { definedTags: ['category', 'module', 'internal'], typed: false }],
      // `@param` and `@returns` are written where the name and the type are not enough, not by rote.
      'jsdoc/require-param': 'off',
      'jsdoc/check-param-names': ['error', { disableMissingParamChecks: true }],
      'jsdoc/require-returns': 'off',
      'jsdoc/require-yields': 'off',
      'jsdoc/require-throws-type': 'off',
      'jsdoc/tag-lines': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      // Tests look into JSON that they have just written.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['examples/*-commonjs/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly' } },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        Buffer: 'readonly',
        WebAssembly: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    // Part of them runs in a page.
    files: ['playground/scripts/*.mjs'],
    languageOptions: {
      globals: {
        document: 'readonly',
        Image: 'readonly',
        OffscreenCanvas: 'readonly',
        requestAnimationFrame: 'readonly',
      },
    },
  },
);
