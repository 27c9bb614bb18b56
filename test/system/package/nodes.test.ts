// The package in every supported version of Node: imported, required, and from TypeScript without a build.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { nodeOf, ROOT, run } from './run.ts';
import { NODES } from './versions.ts';

const { container: folder } = inject('installed');

// The loss is the same on every version.
const TRAINS = `
  const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
  const optimizer = clipOptimizer(tf.train.adam(0.1), globalNorm({ maxNorm: 1 }));
  for (let step = 0; step < 20; step += 1) optimizer.minimize(() => w.square().sum().asScalar());
  console.log(w.square().sum().dataSync()[0].toFixed(4));
`;
const LOSS = '5.0076\n';

const PROGRAMS = {
  import: [
    'imports.mjs',
    `import * as tf from '@tensorflow/tfjs';
    import { clipOptimizer } from 'gradclip';
    import { globalNorm } from 'gradclip/strategies';
    await Promise.all(['define', 'container', 'layers', 'recurrent', 'wasm', 'testing'].map((entry) => import('gradclip/' + entry)));
    ${TRAINS}`,
  ],
  require: [
    'requires.cjs',
    `const tf = require('@tensorflow/tfjs');
    const { clipOptimizer } = require('gradclip');
    const { globalNorm } = require('gradclip/strategies');
    for (const entry of ['define', 'container', 'layers', 'recurrent', 'wasm', 'testing']) require('gradclip/' + entry);
    ${TRAINS}`,
  ],
  'import()': [
    'imports-late.cjs',
    `const tf = require('@tensorflow/tfjs');
    Promise.all([import('gradclip'), import('gradclip/strategies')]).then(([{ clipOptimizer }, { globalNorm }]) => {
      ${TRAINS}
    });`,
  ],
} as const;

describe('the package', () => {
  it.each(NODES)('works in Node %s', async (version) => {
    for (const [file, program] of Object.values(PROGRAMS)) writeFileSync(join(folder, file), program);
    cpSync(join(ROOT, 'examples/01-wrap-an-optimizer.ts'), join(folder, 'program.ts'));
    const binary = await nodeOf(version, folder);
    for (const [file] of Object.values(PROGRAMS)) {
      const { out, err } = await run(folder, binary, file);
      expect(err).not.toMatch(/Warning/);
      expect(out, `${file}: ${err}`).toBe(LOSS);
    }
  });

  it.each(NODES.filter((version) => !version.startsWith('20.')))(
    'runs a TypeScript example without a build in Node %s',
    async (version) => {
      const { code, out, err } = await run(folder, await nodeOf(version, folder), 'program.ts');
      expect(code, err).toBe(0);
      expect(out).toMatch(/^loss with clipping: \d/m);
    },
  );

  it('names the oldest supported Node in `engines`', () => {
    const { engines } = JSON.parse(readFileSync(join(folder, 'node_modules/gradclip/package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${NODES[0]}`);
  });
});
