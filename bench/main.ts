// Measures the cost of clipping. `npm run bench` takes about two minutes; `-- --json <file>` names the file for the results.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { benchGrowth, type GrowthRow, perTensor } from './growth.ts';
import { benchKernels, type KernelRow } from './kernels.ts';
import { benchPeers } from './peers.ts';
import { printHeading, printKernels, printStrategies, printTraining } from './print.ts';
import { benchStrategies, type StrategyRow } from './strategies.ts';
import { measureTargets, printTargets } from './targets.ts';
import { benchTraining } from './training.ts';

const FORMAT = 1;
const { values } = parseArgs({
  options: {
    json: { type: 'string', default: fileURLToPath(new URL('../results/latest.json', import.meta.url)) },
    'no-peers': { type: 'boolean', default: false },
  },
});

const peers = values['no-peers'] ? [] : benchPeers((text) => console.log(text));
const kernels: KernelRow[] = [];
const strategies: StrategyRow[] = [];
const curves: GrowthRow[] = [];

await tf.setBackend('wasm');
const training = await benchTraining(25);
for (const [backend, perSecond] of [
  ['wasm', 400e6],
  ['cpu', 60e6],
] as const) {
  // In Node the cpu backend prints a notice unless IS_NODE is false; wasm reads IS_NODE only while it starts.
  if (backend === 'cpu') tf.env().set('IS_NODE', false);
  await tf.setBackend(backend);
  const rows = await benchKernels((elements) => Math.round(Math.min(300, Math.max(25, perSecond / elements))));
  kernels.push(...rows);
  printKernels(backend, rows, peers);
  // The garbage of the idiom on cpu makes its times vary, so many rounds are needed.
  strategies.push(...benchStrategies(backend === 'cpu' ? 250 : 500));
  curves.push(...benchGrowth(perSecond / 4));
}
printStrategies(strategies);
printTraining(training);
printHeading('cost of one more tensor, apart from its elements, in microseconds');
for (const backend of ['wasm', 'cpu'])
  for (const method of new Set(curves.map((row) => row.method)))
    console.log(`${backend}, ${method}`.padEnd(40) + perTensor(curves, backend, method).toFixed(2).padStart(8));

const targets = measureTargets(kernels, training);
printTargets(targets);

const environment = {
  node: process.version,
  tfjs: tf.version.tfjs,
  gradclip: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0],
  date: new Date().toISOString(),
};
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(
  values.json,
  `${JSON.stringify({ version: FORMAT, environment, kernels, strategies, training, growth: curves, peers, targets }, null, 2)}\n`,
);
console.log(`\nwritten to ${relative('.', values.json)}`);
