// The package with each set of tfjs packages that users install: all of tfjs, its core with one backend, and two copies.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { node } from './run.ts';
import { OLDEST_TFJS } from './versions.ts';

const { user, cpu, wasm, oldest, lab } = inject('installed');

const TRAINS = `
  import { clipOptimizer } from 'gradclip';
  import { globalNorm } from 'gradclip/strategies';
  async function main() {
    await begin();
    const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
    const optimizer = clipOptimizer(tf.train.adam(0.1), globalNorm({ maxNorm: 1 }));
    for (let step = 0; step < 20; step += 1) optimizer.minimize(() => tf.sum(tf.square(w)));
    const loss = (await tf.sum(tf.square(w)).data())[0].toFixed(4);
    console.log(JSON.stringify({ backend: tf.getBackend(), loss, 'clip rate': (await optimizer.stats()).clipRate }));
  }
  main();
`;
// The gradients of the core are in a folder that only bundlers can import.
const CORE = `
  import * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-core/dist/register_all_gradients';
`;
const INSTALLATIONS = [
  {
    tfjs: '@tensorflow/tfjs',
    folder: user,
    program: `import * as tf from '@tensorflow/tfjs'; const begin = () => tf.ready();`,
  },
  {
    tfjs: 'tfjs-core and tfjs-backend-cpu',
    folder: cpu,
    program: `${CORE} import '@tensorflow/tfjs-backend-cpu'; const begin = () => tf.ready();`,
  },
  {
    tfjs: 'tfjs-core and tfjs-backend-wasm',
    folder: wasm,
    program: `${CORE}
      import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
      import { repairWasmBackend } from 'gradclip/wasm';
      const begin = () => {
        setWasmPaths(process.cwd() + '/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
        repairWasmBackend();
        return tf.setBackend('wasm');
      };`,
  },
  {
    tfjs: `tfjs-core, tfjs-layers and tfjs-backend-cpu, all ${OLDEST_TFJS}`,
    folder: oldest,
    program: `${CORE}
      import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
      import '@tensorflow/tfjs-backend-cpu';
      import { layers, sequential } from '@tensorflow/tfjs-layers';
      import { fusedLSTM } from 'gradclip/recurrent';
      const begin = async () => {
        await tf.ready();
        const model = sequential({ layers: [fusedLSTM({ units: 2, inputShape: [3, 1] }), layers.dense({ units: 1 })] });
        const optimizer = clipOptimizer(tf.train.sgd(0.1), globalNorm({ maxNorm: 1 }));
        model.compile({ optimizer, loss: 'meanSquaredError' });
        await model.fit(tf.ones([2, 3, 1]), tf.ones([2, 1]), { epochs: 1, verbose: 0 });
        model.dispose();
      };`,
  },
];

/** Prints which entry points can be imported. */
const IMPORT_ENTRIES = `
  const entries = ['', '/define', '/strategies', '/layers', '/recurrent', '/wasm', '/testing'].map((name) => 'gradclip' + name);
  for (const entry of entries) console.log(entry, await import(entry).then(() => 'loads', (error) => error.message));
`;

describe('the package', () => {
  it.each(INSTALLATIONS)('trains with $tfjs', async ({ tfjs, folder, program }) => {
    const [source, bundle] = [join(folder, 'program.mjs'), join(folder, 'program.cjs')];
    writeFileSync(source, program + TRAINS);
    await build({
      entryPoints: [source],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      logLevel: 'silent',
    });
    const { code, out, err } = await node(folder, bundle);
    expect(code, err).toBe(0);
    const backend = tfjs.includes('wasm') ? 'wasm' : 'cpu';
    expect(JSON.parse(out)).toEqual({ backend, loss: '5.0076', 'clip rate': 1 });
  });

  it('needs tfjs-layers only for recurrent layers and the logs of fit, and installs no tfjs itself', async () => {
    writeFileSync(join(cpu, 'entries.mjs'), IMPORT_ENTRIES);
    const { out } = await node(cpu, 'entries.mjs');
    expect(out.trim().split('\n')).toEqual([
      'gradclip loads',
      'gradclip/define loads',
      'gradclip/strategies loads',
      expect.stringMatching(/^gradclip\/layers Cannot find package '@tensorflow\/tfjs-layers'/),
      expect.stringMatching(/^gradclip\/recurrent Cannot find package '@tensorflow\/tfjs-layers'/),
      'gradclip/wasm loads',
      'gradclip/testing loads',
    ]);
    expect(readdirSync(join(cpu, 'node_modules/@tensorflow')).sort()).toEqual(['tfjs-backend-cpu', 'tfjs-core']);
    expect(existsSync(join(cpu, 'node_modules/gradclip/node_modules'))).toBe(false);
  });

  it('runs its conformance suite in the test runner of Node', async () => {
    writeFileSync(
      join(user, 'laws.test.mjs'),
      `import { describe, it } from 'node:test';
      import '@tensorflow/tfjs';
      import { perValue } from 'gradclip/strategies';
      import { describeStrategy } from 'gradclip/testing';
      describeStrategy(perValue, { describe, it });`,
    );
    const { code, out, err } = await node(user, '--test', 'laws.test.mjs');
    expect(code, out + err).toBe(0);
    expect(out).toMatch(/^# pass (1\d|2\d)$/m);
  });
});

describe('next to a second copy of tfjs', () => {
  const linked = mkdtempSync(join(user, 'linked-'));
  const inLinked = async (name: string, program: string) => {
    writeFileSync(join(linked, name), program);
    return node(linked, name);
  };

  // Like `npm link`: the linked package finds its own tfjs, and the program finds another copy.
  beforeAll(() => {
    mkdirSync(join(linked, 'node_modules'));
    symlinkSync(join(user, 'node_modules/@tensorflow'), join(linked, 'node_modules/@tensorflow'));
    symlinkSync(join(lab, 'node_modules/gradclip'), join(linked, 'node_modules/gradclip'));
  });

  it('clipOptimizer explains the problem and its solution', async () => {
    const { out } = await inLinked(
      'wraps.mjs',
      `import * as tf from '@tensorflow/tfjs';
      import { clipOptimizer } from 'gradclip';
      import { none } from 'gradclip/strategies';
      try {
        clipOptimizer(tf.train.adam(1e-3), none());
      } catch (error) {
        console.log(error.name, error.code, error.message);
      }`,
    );
    expect(out).toBe(
      'ClippingError second-tfjs `clipOptimizer(inner, strategy)` received an optimizer of a second copy of ' +
        '@tensorflow/tfjs-core; gradclip uses 4.22.0. Run `npm ls @tensorflow/tfjs-core`, ' +
        'install one version and run `npm dedupe`. On a web page, load tfjs once.\n',
    );
  });

  it('that another library loaded first, training and saving work', async () => {
    const { code, out, err } = await inLinked(
      'second.mjs',
      `import '@tensorflow/tfjs'; // another library's copy; the rest of the program uses the copy that gradclip finds
      import { createRequire } from 'node:module';
      import { clipOptimizer, isClipped } from 'gradclip';
      import { adaptivePercentile } from 'gradclip/strategies';
      const tf = createRequire(import.meta.resolve('gradclip'))('@tensorflow/tfjs');
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
      model.compile({ optimizer: clipOptimizer(tf.train.adam(0.1), adaptivePercentile()), loss: 'meanSquaredError' });
      await model.fit(tf.ones([4, 2]), tf.ones([4, 1]), { epochs: 2, verbose: 0 });
      let saved;
      const save = async (artifacts) => ((saved = artifacts), { modelArtifactsInfo: {} });
      await model.save({ save }, { includeOptimizer: true });
      const again = await tf.loadLayersModel(tf.io.fromMemory(saved));
      console.log(isClipped(again.optimizer), again.optimizer.iterations);`,
    );
    expect(out, `${code} ${err}`).toBe('true 2\n');
  });
});
