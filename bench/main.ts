// What clipping costs. `npm run bench` takes about two minutes; `-- --json <file>` says where to write.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { growth, type GrowthRow, perTensor } from './growth.ts';
import { type KernelRow, raceKernels } from './kernels.ts';
import { racePeers } from './peers.ts';
import { heading, printKernels, printShelf, printTraining } from './print.ts';
import { raceShelf, type StrategyRow } from './shelf.ts';
import { printTargets, targets } from './targets.ts';
import { raceTraining } from './training.ts';

const FORMAT = 1;
const { values } = parseArgs({
  options: {
    json: { type: 'string', default: fileURLToPath(new URL('../results/latest.json', import.meta.url)) },
    'no-peers': { type: 'boolean', default: false },
  },
});

const peers = values['no-peers'] ? [] : racePeers((text) => console.log(text));
const kernels: KernelRow[] = [];
const strategies: StrategyRow[] = [];
const curves: GrowthRow[] = [];

await tf.setBackend('wasm');
const training = await raceTraining(25);
for (const [backend, perSecond] of [
  ['wasm', 400e6],
  ['cpu', 60e6],
] as const) {
  // The cpu backend greets whoever uses it in Node; wasm, which is ready by then, would look for threads.
  if (backend === 'cpu') tf.env().set('IS_NODE', false);
  await tf.setBackend(backend);
  const rows = await raceKernels((elements) => Math.round(Math.min(300, Math.max(25, perSecond / elements))));
  kernels.push(...rows);
  printKernels(backend, rows, peers);
  strategies.push(...raceShelf(60));
  curves.push(...growth(perSecond / 4));
}
printShelf(strategies);
printTraining(training);
heading('what one tensor more costs beyond its elements, in microseconds');
for (const backend of ['wasm', 'cpu'])
  for (const method of new Set(curves.map((row) => row.method)))
    console.log(`${backend}, ${method}`.padEnd(40) + perTensor(curves, backend, method).toFixed(2).padStart(8));

const promised = targets(kernels, training);
printTargets(promised);

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
  `${JSON.stringify({ version: FORMAT, environment, kernels, strategies, training, growth: curves, peers, promised }, null, 2)}\n`,
);
console.log(`\nwritten to ${relative('.', values.json)}`);
