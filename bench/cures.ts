// Clipping beside the other cures, on one task: say at the end of a sequence of noise what its first input was.
// Needs a few minutes; prints the table of docs/guide/other-cures.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { fastOrthogonal, fusedLSTM, fusedSimpleRNN, gradientFlow, identityScaled } from 'gradclip/recurrent';
import { globalNorm } from 'gradclip/strategies';
import { median } from './measure.ts';

const [BATCH, LENGTH, UNITS, TRAINING_STEPS] = [32, 40, 24, 200];
const SEEDS = [1, 2, 3];
const RATES = [0.1, 0.03, 0.01, 0.003, 0.001];

type Make = (seed: number) => tf.layers.Layer;
interface Cure {
  readonly name: string;
  readonly layer: Make;
  readonly maxNorm: number;
}

const rnn =
  (options: (seed: number) => object): Make =>
  (seed) =>
    fusedSimpleRNN({
      units: UNITS,
      inputShape: [LENGTH, 1],
      kernelInitializer: tf.initializers.glorotNormal({ seed }),
      recurrentInitializer: tf.initializers.glorotUniform({ seed: seed + 10 }),
      ...options(seed),
    });
const lstm: Make = (seed) =>
  fusedLSTM({
    units: UNITS,
    inputShape: [LENGTH, 1],
    unitForgetBias: true,
    kernelInitializer: tf.initializers.glorotNormal({ seed }),
    recurrentInitializer: fastOrthogonal({ seed: seed + 10 }),
  });
const orthogonal = (gain: number) => (seed: number) => ({ recurrentInitializer: fastOrthogonal({ gain, seed }) });
const irnn = () => ({ activation: 'relu', recurrentInitializer: identityScaled() });
const clipped = (options: (seed: number) => object) => (seed: number) => ({
  ...options(seed),
  clipBackprop: { maxNorm: 1 },
});

const CURES: Cure[] = [
  { name: 'tanh, Glorot kernel', layer: rnn(() => ({})), maxNorm: Infinity },
  { name: 'tanh, orthogonal kernel', layer: rnn(orthogonal(1)), maxNorm: Infinity },
  { name: 'the same, global norm 1', layer: rnn(orthogonal(1)), maxNorm: 1 },
  { name: 'the same, clipped inside BPTT', layer: rnn(clipped(orthogonal(1))), maxNorm: Infinity },
  { name: 'IRNN', layer: rnn(irnn), maxNorm: Infinity },
  { name: 'the same, global norm 1', layer: rnn(irnn), maxNorm: 1 },
  { name: 'the same, clipped inside BPTT', layer: rnn(clipped(irnn)), maxNorm: Infinity },
  { name: 'LSTM', layer: lstm, maxNorm: Infinity },
  { name: 'the same, global norm 1', layer: lstm, maxNorm: 1 },
];

await tf.setBackend('wasm');
const rows = [];
for (const cure of CURES) {
  // The same budget for each: every rate, every seed; shown at its own best rate.
  const byRate = [];
  for (const rate of RATES) {
    const runs = [];
    for (const seed of SEEDS) runs.push(await trained(cure, rate, seed));
    byRate.push({ rate, runs, loss: median(runs.map(({ loss }) => loss)) });
  }
  const best = byRate.reduce((a, b) => (b.loss < a.loss ? b : a));
  const losses = best.runs.map(({ loss }) => loss).sort((a, b) => a - b);
  const row = {
    cure: cure.name,
    rate: best.rate,
    median: best.loss,
    best: losses[0]!,
    worst: losses.at(-1)!,
    diverged: byRate.flatMap(({ runs }) => runs).filter(({ loss }) => loss === Infinity).length,
    runs: RATES.length * SEEDS.length,
    reach: median(best.runs.map(({ reach }) => reach)),
  };
  rows.push(row);
  const shown = (loss: number): string => (loss === Infinity ? '∞' : loss.toFixed(3));
  console.log(
    `| ${row.cure} | ${row.rate} | ${shown(row.median)} | ${shown(row.best)}–${shown(row.worst)} | ` +
      `${row.diverged} of ${row.runs} | ${row.reach.toExponential(0)} |`,
  );
}
const path = fileURLToPath(new URL('../results/cures.json', import.meta.url));
mkdirSync(dirname(path), { recursive: true });
writeFileSync(
  path,
  `${JSON.stringify({ version: 1, BATCH, LENGTH, UNITS, TRAINING_STEPS, SEEDS, RATES, rows }, null, 2)}\n`,
);
console.log(`written to ${relative('.', path)}`);

/** The loss on fresh data after training with plain SGD, and how much of the gradient reaches the first step. */
async function trained(cure: Cure, rate: number, seed: number): Promise<{ loss: number; reach: number }> {
  const head = tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotNormal({ seed: seed + 20 }) });
  const model = tf.sequential({ layers: [cure.layer(seed), head] });
  const optimizer = clipOptimizer(tf.train.sgd(rate), globalNorm({ maxNorm: cure.maxNorm }), {
    window: 0,
    onNonFinite: 'propagate',
  });
  const lossOf = (data: Data): tf.Scalar =>
    tf.losses.meanSquaredError(data.y, model.apply(data.x, { training: true }) as tf.Tensor);
  const fresh = dataOf(seed * 100_000, 256);
  const [flow] = await gradientFlow(model, fresh.x, fresh.y, 'meanSquaredError');
  const reach = flow!.norms[0]! / flow!.norms[LENGTH - 1]!;
  let loss = Infinity;
  for (let step = 0; step < TRAINING_STEPS; step += 1) {
    const data = dataOf(seed * 100_000 + step + 1, BATCH);
    const last = optimizer.minimize(() => lossOf(data), true)!;
    loss = last.dataSync()[0]!;
    tf.dispose([last, data.x, data.y]);
    // A run that has left the field does not come back.
    if (!(loss < 1e4)) break;
  }
  const final = tf.tidy(() => lossOf(fresh).dataSync()[0]!);
  model.dispose();
  optimizer.dispose();
  tf.dispose([fresh.x, fresh.y]);
  return { loss: loss < 1e4 && final < 1e4 ? final : Infinity, reach };
}

interface Data {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

// The mean of y² is 1, so a loss of 1 is what saying nothing costs.
function dataOf(seed: number, count: number): Data {
  return tf.tidy(() => {
    const x = tf.randomNormal([count, LENGTH, 1], 0, 1, 'float32', seed);
    return { x, y: tf.reshape(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [count, 1]) };
  });
}
