// The package under every Node that is supported, from the oldest that `engines` allows: imported, required, and from
// TypeScript as it stands.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { nodeOf, ROOT, run } from './run.ts';
import { expectKept } from './snapshots.ts';
import { NODES } from './versions.ts';

const { user } = inject('installed');

// The loss is the same to the last digit whoever runs it.
const TRAINS = `
  const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
  const optimizer = clipOptimizer(tf.train.adam(0.1), globalNorm({ maxNorm: 1 }));
  for (let step = 0; step < 20; step += 1) optimizer.minimize(() => w.square().sum().asScalar());
  console.log(w.square().sum().dataSync()[0].toFixed(4));
`;
const LOSS = '5.0076\n';

const PROGRAMS = {
  import: [
    'tried.mjs',
    `import * as tf from '@tensorflow/tfjs';
    import { clipOptimizer } from 'gradclip';
    import { globalNorm } from 'gradclip/strategies';
    await Promise.all(['recurrent', 'wasm', 'testing'].map((part) => import('gradclip/' + part)));
    ${TRAINS}`,
  ],
  require: [
    'tried.cjs',
    `const tf = require('@tensorflow/tfjs');
    const { clipOptimizer } = require('gradclip');
    const { globalNorm } = require('gradclip/strategies');
    for (const part of ['recurrent', 'wasm', 'testing']) require('gradclip/' + part);
    ${TRAINS}`,
  ],
  'import()': [
    'tried-late.cjs',
    `const tf = require('@tensorflow/tfjs');
    Promise.all([import('gradclip'), import('gradclip/strategies')]).then(([{ clipOptimizer }, { globalNorm }]) => {
      ${TRAINS}
    });`,
  ],
} as const;

describe('the package', () => {
  it('works in every supported Node', async () => {
    for (const [file, program] of Object.values(PROGRAMS)) writeFileSync(join(user, file), program);
    cpSync(join(ROOT, 'examples/01-wrap-an-optimizer.ts'), join(user, 'as-it-stands.ts'));
    const rows = [];
    for (const version of NODES) {
      const binary = await nodeOf(version, user);
      const row: Record<string, string | boolean | number> = { node: version };
      for (const [way, [file]] of Object.entries(PROGRAMS)) {
        const begun = performance.now();
        const { out, err } = await run(user, binary, file);
        if (way === 'import') row['seconds'] = (performance.now() - begun) / 1000;
        expect(err).not.toMatch(/Warning/);
        row[way] = out === LOSS;
      }
      const { code, out } = await run(user, binary, 'as-it-stands.ts');
      row['TypeScript'] = code === 0 && /^\d+ steps/.test(out);
      rows.push(row);
    }
    await expectKept('nodes', rows);
  });

  it('says in `engines` from which Node on', () => {
    const { engines } = JSON.parse(readFileSync(join(user, 'node_modules/gradclip/package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${NODES[0]}`);
  });
});
