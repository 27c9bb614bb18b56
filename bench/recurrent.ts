// Measures recurrent layers, in two or three minutes. `-- --json <file>` names the file for the results.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { accelerate, allowRelaxedSimd, clipBackprop, fastOrthogonal, fusedLSTM } from 'gradclip/recurrent';
import { repairWasmBackend, undoWasmRepairs } from 'gradclip/wasm';
import { median } from './measure.ts';
import { printHeading } from './print.ts';

/** The times of a training step of one network. */
export interface RecurrentRow {
  readonly backend: string;
  readonly network: string;
  /** Medians in ms; `repaired` means with the kernels of gradclip/wasm. */
  readonly stockMs: number;
  readonly stockRepairedMs: number | null;
  readonly fusedMs: number;
  readonly fusedRepairedMs: number | null;
  /** Without relaxed SIMD; null if the engine has none. */
  readonly fusedPlainMs: number | null;
  readonly fusedClippedMs: number;
  readonly stockClippedMs: number;
  /** stockMs / fusedMs. */
  readonly ratio: number;
  /** The smallest acceptable ratio. */
  readonly atLeast: number | null;
  /** The most bytes that tfjs holds at once while it computes gradients. */
  readonly stockPeakBytes: number;
  readonly fusedPeakBytes: number;
}

/** The time of a training step of a fused LSTM layer of another size. */
export interface RecurrentGrowthRow {
  readonly backend: string;
  readonly batch: number;
  readonly time: number;
  readonly fusedMs: number;
}

const { values } = parseArgs({
  options: {
    json: { type: 'string', default: fileURLToPath(new URL('../results/recurrent.json', import.meta.url)) },
    rounds: { type: 'string', default: '25' },
  },
});
const UNITS = 128;
const [BATCH, STEPS, FEATURES, CLASSES] = [32, 50, 16, 10];
const CELLS = { LSTM: tf.layers.lstm, GRU: tf.layers.gru, SimpleRNN: tf.layers.simpleRNN };
// (module (func (result v128) relaxed_madd of three constants)), which only validates with relaxed SIMD.
const HAS_RELAXED_SIMD = WebAssembly.validate(
  Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
    ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
  ),
);
const AT_LEAST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  wasm: { LSTM: HAS_RELAXED_SIMD ? 14 : 12, GRU: 11, SimpleRNN: 7 },
  cpu: { LSTM: 40, GRU: 60, SimpleRNN: 15 },
};

const rows: RecurrentRow[] = [];
const growth: RecurrentGrowthRow[] = [];
await tf.setBackend('wasm');
for (const name of Object.keys(CELLS)) rows.push(await benchCell(name as keyof typeof CELLS, Number(values.rounds)));
growth.push(...(await benchGrowth(Number(values.rounds))));
tf.env().set('IS_NODE', false);
await tf.setBackend('cpu');
for (const name of Object.keys(CELLS)) rows.push(await benchCell(name as keyof typeof CELLS, 5));
growth.push(...(await benchGrowth(Number(values.rounds))));
const orthogonal = timeInitializers();

printHeading(`a training step: batch ${BATCH}, ${STEPS} steps, ${FEATURES} features, SGD; ms`);
const columns = ['tf.layers', 'clipped', 'repaired', 'fused', 'clipped', 'repaired', 'plain', 'ratio', 'peak'];
printRow('', columns);
for (const row of rows) {
  const ms = (time: number | null): string => (time === null ? '' : time.toFixed(1));
  printRow(`${row.backend} ${row.network}`, [
    ms(row.stockMs),
    ms(row.stockClippedMs),
    ms(row.stockRepairedMs),
    ms(row.fusedMs),
    ms(row.fusedClippedMs),
    ms(row.fusedRepairedMs),
    ms(row.fusedPlainMs),
    `${row.ratio.toFixed(2)}x`,
    `${(row.fusedPeakBytes / row.stockPeakBytes).toFixed(2)}x`,
  ]);
}
for (const { backend, network, ratio, atLeast } of rows) {
  if (atLeast === null) continue;
  console.log(
    `${ratio >= atLeast ? 'met   ' : 'MISSED'}  fused ${network} on ${backend}: ${ratio.toFixed(2)}x tf.layers, at least ${atLeast}x`,
  );
}
printHeading('a training step of a fused LSTM 128; ms, and ms per time step or sequence');
printRow('', ['batch', 'time', 'ms', 'per step', 'per sequence']);
for (const { backend, batch, time, fusedMs } of growth) {
  const cells = [fusedMs.toFixed(1), (fusedMs / time).toFixed(3), (fusedMs / batch).toFixed(3)];
  printRow(backend, [`${batch}`, `${time}`, ...cells]);
}
console.log(
  `orthogonal [64, 256]: tfjs ${orthogonal.stockMs.toFixed(0)} ms, fastOrthogonal ${orthogonal.fastMs.toFixed(1)} ms`,
);

const environment = {
  node: process.version,
  tfjs: tf.version.tfjs,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0],
  date: new Date().toISOString(),
};
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify({ version: 1, environment, rows, growth, orthogonal }, null, 2)}\n`);
console.log(`\nwritten to ${relative('.', values.json)}`);

/** Trains the same network in each form, taking turns step by step. */
async function benchCell(name: keyof typeof CELLS, rounds: number): Promise<RecurrentRow> {
  const onWasm = tf.getBackend() === 'wasm';
  const x = tf.randomNormal([BATCH, STEPS, FEATURES], 0, 1, 'float32', 1);
  const y = tf.oneHot(tf.range(0, BATCH).toInt().mod(tf.scalar(CLASSES, 'int32')), CLASSES);
  const stock = tf.sequential({
    layers: [
      CELLS[name]({
        units: UNITS,
        inputShape: [STEPS, FEATURES],
        recurrentInitializer: 'glorotUniform',
      }) as tf.layers.Layer,
      tf.layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  const limits = { maxAbs: 1 } as const;
  const models = {
    stock,
    fused: accelerate(stock),
    stockClipped: clipBackprop(stock, limits),
    fusedClipped: accelerate(clipBackprop(stock, limits)),
  };
  for (const model of Object.values(models)) {
    model.compile({ optimizer: tf.train.sgd(1e-2), loss: 'categoricalCrossentropy' });
  }
  const plans: [string, tf.LayersModel, boolean][] = Object.entries(models).map(([plan, model]) => [
    plan,
    model,
    false,
  ]);
  if (HAS_RELAXED_SIMD) plans.push(['fusedPlain', models.fused, false]);
  if (onWasm) plans.push(['stockRepaired', models.stock, true], ['fusedRepaired', models.fused, true]);
  const times = new Map<string, number[]>(plans.map(([plan]) => [plan, []]));
  for (let round = -3; round < rounds; round += 1) {
    for (const [plan, model, repaired] of plans) {
      if (repaired) repairWasmBackend();
      allowRelaxedSimd(plan !== 'fusedPlain');
      const start = performance.now();
      await model.trainOnBatch(x, y);
      const elapsed = performance.now() - start;
      if (repaired) undoWasmRepairs();
      if (round >= 0) times.get(plan)?.push(elapsed);
    }
  }
  const [stockPeakBytes, fusedPeakBytes] = [await peakBytes(models.stock, x, y), await peakBytes(models.fused, x, y)];
  const medianOf = (plan: string): number => median(times.get(plan) ?? []);
  for (const model of Object.values(models)) model.dispose();
  tf.dispose([x, y]);
  return {
    backend: tf.getBackend(),
    network: `${name} ${UNITS}`,
    stockMs: medianOf('stock'),
    stockRepairedMs: onWasm ? medianOf('stockRepaired') : null,
    fusedMs: medianOf('fused'),
    fusedPlainMs: HAS_RELAXED_SIMD ? medianOf('fusedPlain') : null,
    fusedRepairedMs: onWasm ? medianOf('fusedRepaired') : null,
    fusedClippedMs: medianOf('fusedClipped'),
    stockClippedMs: medianOf('stockClipped'),
    ratio: medianOf('stock') / medianOf('fused'),
    atLeast: AT_LEAST[tf.getBackend()]?.[name] ?? null,
    stockPeakBytes,
    fusedPeakBytes,
  };
}

/** Trains a fused LSTM with more and more time steps, and then with more and more sequences. */
async function benchGrowth(rounds: number): Promise<RecurrentGrowthRow[]> {
  const sizes = [
    ...[1, 25, 50, 100, 200].map((time) => ({ batch: BATCH, time })),
    ...[1, 8, 33, 64, 128].map((batch) => ({ batch, time: STEPS })),
  ];
  const results: RecurrentGrowthRow[] = [];
  for (const { batch, time } of sizes) {
    const layer = fusedLSTM({ units: UNITS, inputShape: [time, FEATURES], recurrentInitializer: 'glorotUniform' });
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: CLASSES, activation: 'softmax' })] });
    model.compile({ optimizer: tf.train.sgd(1e-2), loss: 'categoricalCrossentropy' });
    const x = tf.randomNormal([batch, time, FEATURES], 0, 1, 'float32', 1);
    const y = tf.oneHot(tf.range(0, batch).toInt().mod(tf.scalar(CLASSES, 'int32')), CLASSES);
    const times: number[] = [];
    for (let round = -3; round < rounds; round += 1) {
      const start = performance.now();
      await model.trainOnBatch(x, y);
      if (round >= 0) times.push(performance.now() - start);
    }
    results.push({ backend: tf.getBackend(), batch, time, fusedMs: median(times) });
    model.dispose();
    tf.dispose([x, y]);
  }
  return results;
}

async function peakBytes(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): Promise<number> {
  const loss = (): tf.Scalar => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor);
  return (await tf.profile(() => tf.tidy(() => tf.variableGrads(loss).value))).peakBytes;
}

function timeInitializers(): { stockMs: number; fastMs: number } {
  const time = (create: () => tf.Tensor): number => {
    const start = performance.now();
    create().dispose();
    return performance.now() - start;
  };
  const shape = [64, 256];
  const warn = console.warn;
  // tfjs warns that its initializer is slow.
  console.warn = () => undefined;
  const stockMs = time(() => tf.initializers.orthogonal({ seed: 1 }).apply(shape));
  console.warn = warn;
  return { stockMs, fastMs: time(() => fastOrthogonal({ seed: 1 }).apply(shape)) };
}

function printRow(title: string, cells: readonly string[]): void {
  console.log(title.padEnd(16) + cells.map((text) => text.padStart(11)).join(''));
}
