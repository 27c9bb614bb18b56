// The installed package in the bundlers people use: each bundle is run, weighed, and holds nothing that nobody asked for.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { describeWithBrowser } from '../browser/visit.ts';
import { BUNDLERS } from './bundle.ts';
import { answerOf } from './in-a-page.ts';
import { node } from './run.ts';
import { expectKept } from './snapshots.ts';

const { user: folder } = inject('installed');
const weigh = (code: string): number => gzipSync(code, { level: 9 }).length;

// Trains, saves, loads and goes on, so that whatever should have been done at import is missed.
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

const ASKED = `export { clipOptimizer } from 'gradclip'; export { globalNorm } from 'gradclip/strategies';`;
const UNASKED = [
  ['InversifyJS', /ContainerModule|reflect-metadata|defineMetadata/],
  ['another strategy', /adaptive-percentile|quantile-tracking/],
  ['a combinator', /piecewise/],
  ['the diagnosis', /dominated/],
] as const;

const whole = new Map<string, number>();
beforeAll(async () => {
  for (const { name, bundle } of BUNDLERS) {
    whole.set(name, weigh(await bundle({ folder, name: `page-${name}`, program: IN_A_PAGE })));
    const script = `<script type="module" src="page-${name}.mjs"></script>`;
    writeFileSync(
      join(folder, `${name}.html`),
      `<!doctype html><meta charset="utf-8" /><link rel="icon" href="data:," /><output>…</output>${script}`,
    );
  }
});

describeWithBrowser('a bundle in a page', (open) => {
  it.each(BUNDLERS)('by $name does what the program does in Node', async ({ name }) => {
    writeFileSync(join(folder, 'in-node.mjs'), IN_NODE);
    const { out, err } = await node(folder, 'in-node.mjs');
    expect(out, err).toMatch(/^true \d/);
    const { output, offences } = await answerOf(open, folder, `${name}.html`);
    expect(offences).toEqual([]);
    expect(`${output}\n`).toBe(out);
  });
});

describe('a bundle', () => {
  it('is small, and holds nothing that was not asked for', async () => {
    const rows = [];
    for (const { name, version, bundle } of BUNDLERS) {
      const part = await bundle({ folder, name: `part-${name}`, program: ASKED, withoutTfjs: true });
      for (const [what, sign] of UNASKED) expect(sign.test(part), `${what} in the bundle by ${name}`).toBe(false);
      rows.push({
        bundler: `${name} ${version}`,
        'gzipped bytes of gradclip': weigh(part),
        'gzipped bytes with tfjs': whole.get(name) ?? NaN,
      });
    }
    await expectKept('bundlers', rows);
  });

  it('that asks for more holds more, so the signs above are signs', async () => {
    const [, esbuild] = BUNDLERS;
    const program = `export * from 'gradclip'; export * from 'gradclip/strategies';`;
    const all = await esbuild?.bundle({ folder, name: 'all', program, withoutTfjs: true });
    for (const [what, sign] of UNASKED) expect(all, what).toMatch(sign);
  });
});
