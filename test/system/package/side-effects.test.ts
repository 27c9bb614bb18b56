// `sideEffects: false` lets bundlers drop every module whose exports are unused, so no import may have a side effect.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { BUNDLERS } from './bundle.ts';
import { node } from './run.ts';

const { container: folder, user: withoutPeers } = inject('installed');
/** A project whose package lacks `sideEffects: false`, so bundlers keep every imported module. */
const keepsModules = join(folder, 'keeps-modules');
const ENTRIES_WITHOUT_CONTAINER = [
  'gradclip',
  'gradclip/define',
  'gradclip/strategies',
  'gradclip/layers',
  'gradclip/recurrent',
  'gradclip/wasm',
  'gradclip/testing',
];
const ENTRIES = [...ENTRIES_WITHOUT_CONTAINER, 'gradclip/container'];

beforeAll(() => {
  const [from, to] = [folder, keepsModules].map((one) => join(one, 'node_modules/gradclip')) as [string, string];
  cpSync(from, to, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(to, 'package.json'), 'utf8')) as Record<string, unknown>;
  delete manifest['sideEffects'];
  writeFileSync(join(to, 'package.json'), JSON.stringify(manifest));
});

// The global state that an import could change.
const GLOBAL_STATE = `
  const globalState = () => ({
    classes: Object.keys(tf.serialization.SerializationMap.getMap().classNameMap),
    kernels: ['cpu', 'webgl', 'wasm'].flatMap((backend) => tf.getKernelsForBackend(backend) ?? []).length,
    memory: tf.memory(),
    variables: Object.keys(tf.engine().registeredVariables),
    globals: Object.getOwnPropertyNames(globalThis),
    members: [Object, Array, Promise, Function, Reflect, tf.Tensor, tf.Variable, tf.Optimizer].map((one) =>
      [one, one.prototype ?? {}].flatMap((each) => Object.getOwnPropertyNames(each))),
  });
`;
const IMPORTS = (name: string): string => `
  import * as tf from '@tensorflow/tfjs';
  ${GLOBAL_STATE}
  const before = globalState();
  await import('${name}');
  const after = globalState();
  const changed = Object.keys(after).filter((what) => JSON.stringify(after[what]) !== JSON.stringify(before[what]));
  console.log(JSON.stringify({
    changed,
    classes: after.classes.filter((name) => !before.classes.includes(name)),
    reflect: after.members[4].filter((name) => !before.members[4].includes(name)).join(),
  }));
`;

async function changedBy(name: string): Promise<unknown> {
  const file = `import-${name.replace('/', '-')}.mjs`;
  writeFileSync(join(folder, file), IMPORTS(name));
  const { out, err } = await node(folder, file);
  expect(out, err).not.toBe('');
  return JSON.parse(out);
}

describe('importing', () => {
  it.each(ENTRIES_WITHOUT_CONTAINER)('%s changes no global state', async (name) => {
    expect(await changedBy(name)).toEqual({ changed: [], classes: [], reflect: '' });
  });

  it('gradclip/container adds the metadata functions to Reflect and nothing else', async () => {
    const reflect = expect.stringMatching(/^(\w*(metadata|decorate)\w*,?)+$/i) as string;
    expect(await changedBy('gradclip/container')).toEqual({ changed: ['members'], classes: [], reflect });
  });

  it.each(ENTRIES_WITHOUT_CONTAINER)(
    '%s works where inversify and reflect-metadata are not installed',
    async (name) => {
      for (const peer of ['inversify', 'reflect-metadata'])
        expect(existsSync(join(withoutPeers, 'node_modules', peer)), peer).toBe(false);
      writeFileSync(join(withoutPeers, 'imports.mjs'), `import '${name}';`);
      expect(await node(withoutPeers, 'imports.mjs')).toMatchObject({ code: 0 });
    },
  );

  it('gradclip/container names the missing package where inversify is not installed', async () => {
    writeFileSync(join(withoutPeers, 'imports-container.mjs'), `import 'gradclip/container';`);
    const { code, err } = await node(withoutPeers, 'imports-container.mjs');
    expect(code).not.toBe(0);
    expect(err).toMatch(/Cannot find package '(inversify|reflect-metadata)'/);
  });
});

const SAVES = `
  import { writeFileSync } from 'node:fs';
  import * as tf from '@tensorflow/tfjs';
  import { clipOptimizer } from 'gradclip';
  import { clipBackprop, fusedLSTM } from 'gradclip/recurrent';
  import { adaptivePercentile } from 'gradclip/strategies';

  const gru = clipBackprop(tf.layers.gru({ units: 2, inputShape: [3, 1], returnSequences: true }), { maxNorm: 1 });
  const model = tf.sequential({ layers: [gru, fusedLSTM({ units: 2 }), tf.layers.dense({ units: 1 })] });
  model.compile({ optimizer: clipOptimizer(tf.train.adam(0.01), adaptivePercentile()), loss: 'meanSquaredError' });
  await model.fit(tf.ones([4, 3, 1]), tf.ones([4, 1]), { verbose: 0 });
  const save = async ({ weightData, ...rest }) => {
    writeFileSync('saved.json', JSON.stringify({ ...rest, weightData: [...new Uint8Array(weightData)] }));
    return { modelArtifactsInfo: {} };
  };
  await model.save({ save }, { includeOptimizer: true });
`;

describe.each(BUNDLERS)('in $name', ({ name, bundle }) => {
  const job = { withoutTfjs: true, minify: false };

  it('an import whose exports are unused adds no code', async () => {
    const program = ENTRIES.map((entry) => `import '${entry}';`).join('\n');
    const unused = await bundle({ ...job, folder, program, name: `unused-${name}` });
    expect(
      unused.replaceAll(/import *["']@tensorflow[^"']*["'];?|export *\{ *\};?|^\s*\/\/.*$|^\/\*.*\*\/$|\s/gm, ''),
    ).toBe('');
    const kept = await bundle({ ...job, folder: keepsModules, program, name: `kept-${name}` });
    expect(kept.length).toBeGreaterThan(100_000);
  });

  it('a program that only loads a model keeps the calls that register its classes', async () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { registerRecurrent } from 'gradclip/recurrent';
      import { enableLoading } from 'gradclip';
      import { adaptivePercentile } from 'gradclip/strategies';
      import * as tf from '@tensorflow/tfjs';

      registerRecurrent();
      enableLoading([adaptivePercentile]);
      const { weightData, ...rest } = JSON.parse(readFileSync('saved.json', 'utf8'));
      const saved = { ...rest, weightData: Uint8Array.from(weightData).buffer };
      const model = await tf.loadLayersModel(tf.io.fromMemory(saved));
      console.log(model.layers.map((layer) => layer.getClassName()).join(), model.optimizer.strategy.id);
    `;
    writeFileSync(join(folder, 'saves.mjs'), SAVES);
    expect(await node(folder, 'saves.mjs')).toMatchObject({ code: 0 });
    await bundle({ ...job, folder, program, name: `loads-${name}` });
    const { out, err } = await node(folder, `loads-${name}.mjs`);
    expect(out, err).toBe('ClippedGRU,FusedLSTM,Dense adaptive-percentile\n');
  });

  it('a program prints the same whether unused modules are dropped or kept', async () => {
    const program = `
      import * as tf from '@tensorflow/tfjs';
      import { chain, clipOptimizer, enableLoading } from 'gradclip';
      import { createContainer, TOKENS } from 'gradclip/container';
      import { perValue, allStrategies } from 'gradclip/strategies';

      enableLoading(allStrategies);
      const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
      const strategy = chain(perValue(), registry.create('ema-ratio'));
      const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3], kernelInitializer })] });
      model.compile({ optimizer: clipOptimizer(tf.train.rmsprop(0.01), strategy), loss: 'meanSquaredError' });
      const xs = tf.randomNormal([8, 3], 0, 1, 'float32', 2);
      const once = { epochs: 3, shuffle: false, verbose: 0 };
      await model.fit(xs, xs.sum(1), once);
      let saved;
      const save = async (artifacts) => ((saved = artifacts), { modelArtifactsInfo: {} });
      await model.save({ save }, { includeOptimizer: true });
      const again = await tf.loadLayersModel(tf.io.fromMemory(saved));
      const { history } = await again.fit(xs, xs.sum(1), once);
      console.log(registry.ids().length, again.optimizer.strategy.id, history.loss.at(-1));
    `;
    const outcomes = [];
    for (const project of [folder, keepsModules]) {
      await bundle({ ...job, folder: project, program, name: `same-${name}` });
      outcomes.push(await node(project, `same-${name}.mjs`));
    }
    expect(outcomes[0]?.out, outcomes[0]?.err).toMatch(/^18 chain \d+\.\d+\n$/);
    expect(outcomes[1]?.out, outcomes[1]?.err).toBe(outcomes[0]?.out);
  });
});
