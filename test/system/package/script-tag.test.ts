// gradclip.min.js and gradclip.layers.min.js from the packed package, in a page with script tags.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type * as Tfjs from '@tensorflow/tfjs';
import type * as Core from 'gradclip';
import type * as Layers from 'gradclip/layers';
import type * as Recurrent from 'gradclip/recurrent';
import type * as Strategies from 'gradclip/strategies';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { serve, type Served } from '../browser/serve.ts';
import { describeWithBrowser } from '../browser/visit.ts';
import { node, ROOT } from './run.ts';

const { user } = inject('installed');
const packageFolder = join(user, 'node_modules/gradclip');
const MAX_KILOBYTES = { 'gradclip.min.js': 35, 'gradclip.layers.min.js': 22.5 };

declare const tf: typeof Tfjs & { wasm?: { setWasmPaths(path: string): void } };
declare const gradclip: typeof Core &
  typeof Strategies &
  typeof Layers & { strategies: typeof Strategies; recurrent: typeof Recurrent };

interface Manifest {
  readonly version: string;
  readonly unpkg: string;
  readonly jsdelivr: string;
  readonly devDependencies: Record<string, string>;
}
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

describe('the files for script tags', () => {
  it('include the one that unpkg and jsdelivr serve', () => {
    const { unpkg, jsdelivr } = manifestOf(packageFolder);
    expect([unpkg, jsdelivr]).toEqual(['dist/gradclip.min.js', 'dist/gradclip.min.js']);
  });

  it.each(Object.entries(MAX_KILOBYTES))('include %s, at most %f kB gzipped', (file, kilobytes) => {
    const source = readFileSync(join(packageFolder, 'dist', file));
    const bytes = gzipSync(source, { level: 9 }).length;
    console.log(`${file}: ${bytes} bytes gzipped`);
    expect(bytes / 1000).toBeLessThanOrEqual(kilobytes);
    expect(source.toString()).not.toMatch(/\brequire\(|\bimport\b/);
  });

  it('have types for a script that uses the global variable', async () => {
    const folder = join(user, 'script-tag-types');
    mkdirSync(folder, { recursive: true });
    const first = (option: string) => `
      declare const tf: typeof import('@tensorflow/tfjs');
      const optimizer = gradclip.clipOptimizer(tf.train.sgd(0.1), gradclip.strategies.globalNorm({ ${option}: 1 }));
      const strategies = gradclip.allStrategies.map(({ id }) => id);
    `;
    const second = `
      const layer = gradclip.recurrent.fusedLSTM({ units: 2 });
      const callback = gradclip.clippingLogs(optimizer);
    `;
    const cases = [
      { file: 'gradclip.min', program: first('maxNorm'), out: /^$/ },
      { file: 'gradclip.min', program: first('maxNrm'), out: /'maxNrm' does not exist.*Did you mean .*'maxNorm'\?/ },
      { file: 'gradclip.min', program: first('maxNorm') + second, out: /Property 'recurrent' does not exist/ },
      { file: 'gradclip.layers.min', program: first('maxNorm') + second, out: /^$/ },
    ];
    const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', strict: true, noEmit: true, types: [] };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: ['page.ts'] }),
    );
    for (const { file, program, out } of cases) {
      const types = `/// <reference path="../node_modules/gradclip/dist/${file}.d.ts" />`;
      writeFileSync(join(folder, 'page.ts'), `${types}\n${program}`);
      expect((await node(folder, join(ROOT, 'node_modules/typescript/bin/tsc'))).out).toMatch(out);
    }
  });
});

describeWithBrowser('a page with script tags', (open) => {
  let server: Served;
  beforeAll(async () => {
    server = await serve(dirname(user), { appType: 'mpa' });
  });
  afterAll(() => server.close());

  const GRADCLIP = '/user/node_modules/gradclip/dist/gradclip.min.js';
  const LAYERS = '/user/node_modules/gradclip/dist/gradclip.layers.min.js';
  const WASM = '/wasm/node_modules/@tensorflow/tfjs-backend-wasm/dist/';
  const tfjsFile = (name: string) => `/user/node_modules/@tensorflow/tfjs/dist/${name}`;

  async function pageWith(name: string, scripts: readonly string[], inline = '') {
    const tags = scripts.map((path) => `<script src="${path}"></script>`).join('\n');
    writeFileSync(
      join(dirname(user), name),
      `<!doctype html><meta charset="utf-8" /><link rel="icon" href="data:," /><script>${inline}</script>${tags}`,
    );
    return open(`${server.address}${name}`, { home: server.address });
  }

  const cases = ['tf.min.js', 'tf.es2017.min.js'].flatMap((file) =>
    ['cpu', 'webgl', 'wasm'].map((backend) => ({ file, backend })),
  );

  it.each(cases)('beside $file trains on $backend, saves to IndexedDB and resumes bit for bit', async (task) => {
    const wasmFile = task.file.replace('tf.', 'tf-backend-wasm.');
    const scripts = [tfjsFile(task.file), `${WASM}${wasmFile}`, GRADCLIP, LAYERS];
    const name = `${task.file}-${task.backend}.html`;
    const first = await pageWith(name, scripts);
    expect(first.offences).toEqual([]);
    const uninterrupted = await first.page.evaluate(trainAndSave, { backend: task.backend, wasmPath: WASM });
    // On a second visit only the browser's database remains.
    await first.page.reload();
    const resumed = await first.page.evaluate(resume, { backend: task.backend, wasmPath: WASM });
    expect(first.offences).toEqual([]);
    expect(resumed).toEqual(uninterrupted);
    expect(resumed.weights.length).toBeGreaterThan(100);
    expect(resumed.weights.every(Number.isFinite)).toBe(true);
    expect(resumed.loss).toBeLessThan(resumed.firstLoss);
  });

  it('without tfjs says what to load first', async () => {
    const { page, offences } = await pageWith('without-tfjs.html', [GRADCLIP]);
    expect(offences).toEqual([
      'gradclip.min.js needs TensorFlow.js 4.20 or a later 4.x in the global variable `tf`; found none. Load it first: ' +
        '`<script src="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/tf.min.js"></script>`.',
    ]);
    expect(await page.evaluate(() => typeof gradclip)).toBe('undefined');
  });

  it.each(['4.19.0', '5.0.0'])('with tfjs %s says which version it needs', async (version) => {
    const { offences } = await pageWith('other-tfjs.html', [GRADCLIP], `tf = { version_core: '${version}' };`);
    expect(offences).toEqual([expect.stringContaining(`a later 4.x in the global variable \`tf\`; found ${version}.`)]);
  });

  const adviceToLoad = (file: string) =>
    `<script src="https://cdn.jsdelivr.net/npm/gradclip@${manifestOf(ROOT).version}/dist/${file}"></script>`;

  it.each(['recurrent', 'clippingLogs'] as const)('without the second file says that it has `%s`', async (name) => {
    const { page } = await pageWith('first-alone.html', [tfjsFile('tf.min.js'), GRADCLIP]);
    const thrown = await page.evaluate((name) => {
      try {
        return [String(gradclip[name])];
      } catch (error) {
        const { code, message } = error as Core.ClippingError;
        return [code, message, error instanceof gradclip.ClippingError];
      }
    }, name);
    const message =
      `\`gradclip.${name}\` needs gradclip.layers.min.js of version ${manifestOf(ROOT).version}. ` +
      'Load it after gradclip.min.js.';
    expect(thrown).toEqual(['missing-script', message, true]);
    expect(await page.evaluate((name) => Object.keys({ ...gradclip }).includes(name), name)).toBe(false);
  });

  it.each([
    {
      absent: 'tfjs',
      inline: '',
      found: /^gradclip\.layers\.min\.js needs TensorFlow\.js .*; found none\./,
    },
    { absent: 'the first file', inline: `tf = { version_core: '4.22.0' };`, found: /; found none\. Load it first: / },
    {
      absent: 'the first file of this version',
      inline: `tf = { version_core: '4.22.0' };
        gradclip = { [Symbol.for('gradclip:modules')]: { version: '9.9.9' } };`,
      found: /; found 9\.9\.9\. Load it first: /,
    },
    {
      absent: 'a first file that shares its modules',
      inline: `tf = { version_core: '4.22.0' }; gradclip = {};`,
      found: /; found another version\. Load it first: /,
    },
  ])('says what to load when $absent is absent before the second file', async ({ absent, inline, found }) => {
    const { offences } = await pageWith(`without-${absent.replaceAll(' ', '-')}.html`, [LAYERS], inline);
    expect(offences).toEqual([expect.stringMatching(found)]);
    if (absent !== 'tfjs') expect(offences[0]).toContain(adviceToLoad('gradclip.min.js'));
  });

  it('shares one state between the two files, even if a page loads both twice', async () => {
    const scripts = [tfjsFile('tf.min.js'), GRADCLIP, LAYERS, LAYERS, GRADCLIP, LAYERS];
    const { page, offences } = await pageWith('shared.html', scripts);
    const shared = await page.evaluate(async () => {
      let thrown: unknown;
      try {
        gradclip.recurrent.clipBackprop({} as never, { maxAbs: -1 });
      } catch (error) {
        thrown = error instanceof gradclip.ClippingError;
      }
      const lstm = tf.layers.lstm({ units: 3, inputShape: [4, 2], recurrentInitializer: 'glorotUniform' });
      const model = tf.sequential({ layers: [lstm, tf.layers.dense({ units: 1 })] });
      const optimizer = gradclip.clipOptimizer(tf.train.adam(0.01), gradclip.emaRatio());
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const fit = (one: typeof model, callbacks: Tfjs.CustomCallback[] = []) =>
        one.fit(tf.ones([8, 4, 2]), tf.ones([8, 1]), { epochs: 2, verbose: 0, callbacks });
      await fit(model);
      // The state of each variable goes over to the new model.
      const { history } = await fit(gradclip.recurrent.accelerate(model), [gradclip.clippingLogs(optimizer)]);
      const logged = Object.keys(history).includes('grad_norm');
      return { thrown, logged, iterations: optimizer.iterations, entries: Object.keys(optimizer.state).length };
    });
    expect(offences).toEqual([]);
    expect(shared).toEqual({ thrown: true, logged: true, iterations: 4, entries: 5 });
  });

  it('defines each strategy at the top level and under `strategies`', async () => {
    const { page } = await pageWith('strategies.html', [tfjsFile('tf.min.js'), GRADCLIP]);
    const counts = await page.evaluate(() => ({
      all: gradclip.allStrategies.length,
      functions: Object.entries(gradclip.strategies).filter(
        ([name, value]) => typeof value === 'function' && value === (gradclip as Record<string, unknown>)[name],
      ).length,
    }));
    expect(counts.functions).toBe(counts.all);
    expect(counts.all).toBeGreaterThanOrEqual(18);
  });
});

interface Trained {
  readonly weights: number[];
  readonly firstLoss: number;
  readonly loss: number;
}

/** Runs in the page: trains, saves and continues training. */
async function trainAndSave({ backend, wasmPath }: { backend: string; wasmPath: string }): Promise<Trained> {
  tf.wasm?.setWasmPaths(wasmPath);
  if (!(await tf.setBackend(backend))) throw new Error(`There is no backend ${backend}.`);
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ units: 6, inputShape: [5, 1], kernelInitializer: seeded(1), recurrentInitializer: seeded(2) }),
      tf.layers.dense({ units: 1, kernelInitializer: seeded(3) }),
    ],
  });
  const strategy = gradclip.chain(gradclip.perValue({ maxAbs: 5 }), gradclip.adaptivePercentile({ percentile: 50 }));
  model.compile({ optimizer: gradclip.clipOptimizer(tf.train.adam(0.02), strategy), loss: 'meanSquaredError' });
  const xs = tf.randomNormal([16, 5, 1], 0, 1, 'float32', 4);
  const fit = () => model.fit(xs, xs.sum(1), { epochs: 4, batchSize: 8, shuffle: false, verbose: 0 });
  await fit();
  await model.save('indexeddb://script-tag', { includeOptimizer: true });
  const { history } = await fit();
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  const loss = (history['loss'] ?? []) as number[];
  return { weights: weights.flatMap((values) => [...values]), firstLoss: loss[0] ?? NaN, loss: loss.at(-1) ?? NaN };
}

/** Runs in the page: loads the saved model and continues training. */
async function resume({ backend, wasmPath }: { backend: string; wasmPath: string }): Promise<Trained> {
  tf.wasm?.setWasmPaths(wasmPath);
  await tf.setBackend(backend);
  gradclip.enableLoading(gradclip.allStrategies);
  const model = await tf.loadLayersModel('indexeddb://script-tag');
  if (!gradclip.isClipped(model.optimizer)) throw new Error('The loaded optimizer does not clip.');
  const xs = tf.randomNormal([16, 5, 1], 0, 1, 'float32', 4);
  const { history } = await model.fit(xs, xs.sum(1), { epochs: 4, batchSize: 8, shuffle: false, verbose: 0 });
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  const loss = (history['loss'] ?? []) as number[];
  return { weights: weights.flatMap((values) => [...values]), firstLoss: loss[0] ?? NaN, loss: loss.at(-1) ?? NaN };
}

describeWithBrowser('example 19, saved and opened as a file,', (open) => {
  const page = join(ROOT, 'examples/19-script-tag/index.html');

  it('loads the versions that the tests use', () => {
    const { version, devDependencies } = manifestOf(ROOT);
    const loaded = [...readFileSync(page, 'utf8').matchAll(/npm\/(.+)@([\d.]+)\/dist/g)].map(([, ...parts]) => parts);
    expect(loaded).toEqual([
      ['@tensorflow/tfjs', devDependencies['@tensorflow/tfjs']],
      ['gradclip', version],
    ]);
  });

  it('trains, and continues after a reload', async () => {
    const opened = join(user, 'script-tag.html');
    cpSync(page, opened);
    const fromPackages = async (visited: Page) => {
      await visited.route('https://cdn.jsdelivr.net/npm/**', (route) => {
        const [, name = '', file = ''] = /npm\/(.+)@[\d.]+\/(.+)$/.exec(route.request().url()) ?? [];
        return route.fulfill({ path: join(user, 'node_modules', name, file) });
      });
    };
    const { page: shown, offences } = await open(pathToFileURL(opened).href, { home: '', before: fromPackages });
    const output = shown.locator('output');
    const outcome = /^(\d+) steps on (?:webgl|cpu), loss (\d+\.\d+), \d+ % of the last 10 steps clipped$/;
    const answer = async () => {
      await expect.poll(() => output.innerText(), { timeout: 120_000 }).toMatch(/[^…]$/);
      return outcome
        .exec(await output.innerText())
        ?.slice(1)
        .map(Number);
    };
    const first = await answer();
    await shown.reload();
    const second = await answer();
    expect(offences).toEqual([]);
    expect([first?.[0], second?.[0]]).toEqual([10, 20]);
    expect(second?.[1]).toBeLessThan(first?.[1] ?? 0);
  });
});
