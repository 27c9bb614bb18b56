// The CommonJS build of the packed package: in Jest, with resolvers that read no `exports`, and beside the ES modules.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import webpack from 'webpack';
import { node, ROOT, run } from './run.ts';

const { user, jest } = inject('installed');
const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A program that trains and prints the loss. */
const TRAINS = `
  const tf = require('@tensorflow/tfjs');
  const { clipOptimizer } = require('gradclip');
  const { globalNorm } = require('gradclip/strategies');
  const { fusedLSTM } = require('gradclip/recurrent');
  require('gradclip/define');
  require('gradclip/layers');
  require('gradclip/wasm');
  require('gradclip/testing');
  const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
  const optimizer = clipOptimizer(tf.train.adam(0.1), globalNorm({ maxNorm: 1 }));
  for (let step = 0; step < 20; step += 1) optimizer.minimize(() => w.square().sum().asScalar());
  const loss = w.square().sum().dataSync()[0].toFixed(4);
  const { name } = fusedLSTM({ units: 1, name: 'fused' });
`;

describe('the CommonJS build', () => {
  it('shares strategies, brands and repairs with the ES modules in one process', async () => {
    writeFileSync(
      join(user, 'both.cjs'),
      `const tf = require('@tensorflow/tfjs');
      const cjs = require('./node_modules/gradclip/dist/cjs/src/index.js');
      const strategies = require('./node_modules/gradclip/dist/cjs/strategies/index.js');
      const recurrent = require('./node_modules/gradclip/dist/cjs/src/recurrent/index.js');
      async function main() {
        const esm = await import('gradclip');
        const { perValue } = await import('gradclip/strategies');
        const { fusedGRU, gradientFlow } = await import('gradclip/recurrent');
        const strategy = esm.chain(perValue({ maxAbs: 5 }), strategies.adaptivePercentile());
        const model = tf.sequential();
        model.add(recurrent.fusedLSTM({ units: 2, inputShape: [3, 1], returnSequences: true }));
        model.add(fusedGRU({ units: 2 }));
        model.add(tf.layers.dense({ units: 1 }));
        model.compile({ optimizer: cjs.clipOptimizer(tf.train.sgd(0.1), strategy), loss: 'meanSquaredError' });
        await model.fit(tf.ones([2, 3, 1]), tf.ones([2, 1]), { epochs: 2, verbose: 0 });
        const flows = await gradientFlow(model, tf.ones([2, 3, 1]), tf.ones([2, 1]), 'meanSquaredError');
        let saved;
        const save = async (artifacts) => ((saved = artifacts), { modelArtifactsInfo: {} });
        const dense = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
        dense.compile({ optimizer: cjs.clipOptimizer(tf.train.sgd(0.1), strategy), loss: 'meanSquaredError' });
        await dense.fit(tf.ones([2, 1]), tf.ones([2, 1]), { epochs: 1, verbose: 0 });
        await dense.save({ save }, { includeOptimizer: true });
        const again = await tf.loadLayersModel(tf.io.fromMemory(saved));
        console.log(JSON.stringify({
          isOneBuild: cjs.clipOptimizer === esm.clipOptimizer,
          isClipped: esm.isClipped(again.optimizer) && cjs.isClipped(again.optimizer),
          loaded: again.optimizer.strategy.id,
          flows: flows.map(({ norms }) => [...norms].every((norm) => norm > 0)),
          variables: Object.getOwnPropertyNames(globalThis).filter((name) => /gradclip/i.test(name)),
        }));
      }
      main();`,
    );
    const { out, err } = await node(user, 'both.cjs');
    expect(err).not.toMatch(/already registered|Overriding/);
    expect(JSON.parse(out || '{}'), err).toEqual({
      isOneBuild: false,
      isClipped: true,
      loaded: 'chain',
      flows: [true, true],
      variables: [],
    });
  });

  it('contains no syntax newer than ES2018', async () => {
    const folder = join(user, 'node_modules/gradclip/dist/cjs');
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
    expect(manifest).toEqual({ type: 'commonjs', sideEffects: false });
    for (const name of ['src/index', 'src/optimizer/step', 'src/optimizer/clipped-optimizer']) {
      const code = readFileSync(join(folder, `${name}.js`), 'utf8');
      const options = { minify: false, legalComments: 'none', charset: 'utf8' } as const;
      const [older, newer] = await Promise.all(
        ['es2018', 'esnext'].map(async (target) => (await transform(code, { ...options, target })).code),
      );
      expect(older, name).toBe(newer);
    }
  });
});

describe('Jest 29 without settings', () => {
  it('requires every entry point, with inversify 7 for `gradclip/container`', async () => {
    writeFileSync(
      join(jest, 'clip.test.js'),
      `${TRAINS}
      const { createContainer, TOKENS } = require('gradclip/container');
      const { allStrategies } = require('gradclip/strategies');
      test('trains', () => expect([loss, name]).toEqual(['5.0076', 'fused']));
      test('creates a strategy by name', () => {
        const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
        expect(registry.create('global-norm', { maxNorm: 5 }).options.maxNorm).toBe(5);
      });`,
    );
    const { code, err } = await run(jest, join(jest, 'node_modules/.bin/jest'));
    expect(code, err).toBe(0);
    expect(err).toMatch(/Tests: +2 passed, 2 total/);
  });
});

describe('a resolver that reads no `exports`', () => {
  it('finds every entry point in a bundler', async () => {
    writeFileSync(join(jest, 'old.js'), `${TRAINS}\nconsole.log(loss, name);`);
    const compiler = webpack({
      mode: 'development',
      devtool: false,
      target: 'node',
      context: jest,
      entry: join(jest, 'old.js'),
      output: { path: jest, filename: 'old.bundle.js' },
      resolve: { exportsFields: [], mainFields: ['main'] },
      // webpack 4 does not read \`type\` either.
      module: { rules: [{ test: /gradclip.[a-z]+\.js$/, type: 'javascript/auto' }] },
    });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error, stats) => {
        const errors = stats?.toJson({ all: false, errors: true }).errors ?? [];
        if (error !== null || errors.length > 0)
          reject(error ?? new Error(errors.map((one) => one.message).join('\n')));
        else resolve();
      });
    });
    const { out, err } = await node(jest, 'old.bundle.js');
    expect(out, err).toBe('5.0076 fused\n');
    expect(readFileSync(join(jest, 'old.bundle.js'), 'utf8')).not.toContain('gradclip/dist/src/');
  });

  it.each(['node10', 'node16', 'bundler'])('finds the types with moduleResolution %s', async (moduleResolution) => {
    const folder = join(jest, `types-${moduleResolution}`);
    mkdirSync(folder, { recursive: true });
    const module = { node10: 'commonjs', node16: 'node16', bundler: 'esnext' }[moduleResolution];
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], strict: true, types: [], noEmit: true },
      ...(moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
      skipLibCheck: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const program = (option: string) => `import * as tf from '@tensorflow/tfjs';
      import { clipOptimizer } from 'gradclip';
      import { defineStrategy } from 'gradclip/define';
      import { globalNorm } from 'gradclip/strategies';
      import { fusedLSTM } from 'gradclip/recurrent';
      import { repairWasmBackend } from 'gradclip/wasm';
      import { describeStrategy } from 'gradclip/testing';
      import { createContainer } from 'gradclip/container';
      clipOptimizer(tf.train.sgd(0.1), globalNorm({ ${option}: 1 }));
      export { defineStrategy, fusedLSTM, repairWasmBackend, describeStrategy, createContainer };`;
    writeFileSync(join(folder, 'main.ts'), program('maxNorm'));
    expect(await node(folder, tsc)).toMatchObject({ code: 0, out: '' });
    writeFileSync(join(folder, 'main.ts'), program('maxNrm'));
    expect((await node(folder, tsc)).out).toMatch(/Did you mean to write 'maxNorm'\?/);
  });
});
