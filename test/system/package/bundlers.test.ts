// The installed package in three bundlers: each bundle runs, is small, and contains only what the program imports.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { describeWithBrowser } from '../browser/visit.ts';
import { BUNDLERS } from './bundle.ts';
import { answerOf } from './in-a-page.ts';
import { node } from './run.ts';

// InversifyJS is installed, so a bundle could contain it.
const { container: folder } = inject('installed');
const gzippedBytes = (code: string): number => gzipSync(code, { level: 9 }).length;

// Trains, saves, loads and trains on, so a dropped side effect of an import would show.
const PROGRAM = `
  import * as tf from '@tensorflow/tfjs';
  import { clipOptimizer, isClipped } from 'gradclip';
  import { zClip } from 'gradclip/strategies';

  async function trained() {
    await tf.setBackend('cpu');
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const recurrentInitializer = tf.initializers.glorotUniform({ seed: 2 });
    const model = tf.sequential();
    model.add(tf.layers.simpleRNN({ units: 4, inputShape: [10, 1], kernelInitializer, recurrentInitializer }));
    model.add(tf.layers.dense({ units: 1, kernelInitializer }));
    model.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), zClip({ warmup: 2 })), loss: 'meanSquaredError' });
    const xs = tf.randomNormal([16, 10, 1], 0, 1, 'float32', 3);
    const once = { epochs: 4, shuffle: false, verbose: 0 };
    await model.fit(xs, xs.sum(1), once);
    let saved;
    await model.save({ save: async (artifacts) => ((saved = artifacts), { modelArtifactsInfo: {} }) }, { includeOptimizer: true });
    const again = await tf.loadLayersModel(tf.io.fromMemory(saved));
    const { history } = await again.fit(xs, xs.sum(1), once);
    return isClipped(again.optimizer) + ' ' + history.loss.at(-1);
  }
`;
const IN_A_PAGE = `${PROGRAM} trained().then((said) => (document.querySelector('output').value = said));`;
const IN_NODE = `${PROGRAM} trained().then(console.log);`;

// The source conditions of test/bundle-size.test.ts give a smaller bundle than esbuild.
const MAX_GZIPPED_BYTES = 20_500;

const SMALL_PROGRAM = `export { clipOptimizer } from 'gradclip'; export { globalNorm } from 'gradclip/strategies';`;
const NOT_IMPORTED = [
  ['InversifyJS', /ContainerModule|reflect-metadata|defineMetadata/],
  ['another strategy', /adaptive-percentile|quantile-tracking/],
  ['a combinator', /piecewise/],
  ['the diagnosis', /dominated/],
] as const;

beforeAll(async () => {
  for (const { name, bundle } of BUNDLERS) {
    await bundle({ folder, name: `page-${name}`, program: IN_A_PAGE });
    const script = `<script type="module" src="page-${name}.mjs"></script>`;
    writeFileSync(
      join(folder, `${name}.html`),
      `<!doctype html><meta charset="utf-8" /><link rel="icon" href="data:," /><output>…</output>${script}`,
    );
  }
});

describeWithBrowser('a bundle in a page', (open) => {
  it.each(BUNDLERS)('by $name prints the same as the program in Node', async ({ name }) => {
    writeFileSync(join(folder, 'in-node.mjs'), IN_NODE);
    const { out, err } = await node(folder, 'in-node.mjs');
    expect(out, err).toMatch(/^true \d/);
    const { output, offences } = await answerOf(open, folder, `${name}.html`);
    expect(offences).toEqual([]);
    expect(`${output}\n`).toBe(out);
  });
});

describe('a bundle', () => {
  it('is small and contains only what the program imports', async () => {
    for (const { name, version, bundle } of BUNDLERS) {
      const part = await bundle({ folder, name: `part-${name}`, program: SMALL_PROGRAM, withoutTfjs: true });
      for (const [what, pattern] of NOT_IMPORTED)
        expect(pattern.test(part), `${what} in the bundle by ${name}`).toBe(false);
      const bytes = gzippedBytes(part);
      console.log(`${name} ${version}: ${bytes} bytes of gradclip, gzipped`);
      expect(bytes, name).toBeLessThan(MAX_GZIPPED_BYTES);
    }
  });

  it('of the whole package matches every pattern that the small bundle must not match', async () => {
    const [, esbuild] = BUNDLERS;
    const program = `export * from 'gradclip'; export * from 'gradclip/strategies'; export * from 'gradclip/container';`;
    const all = await esbuild?.bundle({ folder, name: 'all', program, withoutTfjs: true });
    for (const [what, pattern] of NOT_IMPORTED) expect(all, what).toMatch(pattern);
  });
});
