// The Markdown tables of the README and the guide, made from the committed runs.
import { perTensor } from './growth.ts';
import type { BenchResults, Environment, RecurrentResults } from './results.ts';

const BACKENDS = ['wasm', 'cpu'];
const SETS = ['A', 'B', 'C'];
const KERNEL_METHODS = [
  'whole wrapper, not clipping',
  'whole wrapper, clipping',
  'usual tfjs idiom',
  'idiom with tf.norm',
];
const GROWTH_METHODS = ['gradclip, not clipping', 'gradclip, clipping', 'usual tfjs idiom'];

/** Returns the generators of all tables, by the name of their block in a page. */
export function benchTables(
  results: BenchResults,
  recurrent: RecurrentResults,
): Readonly<Record<`bench-${string}`, () => string>> {
  return {
    'bench-kernels': () => BACKENDS.map((backend) => kernelTable(results, backend)).join('\n\n'),
    'bench-training': () => trainingTable(results),
    'bench-strategies': () => strategyTable(results),
    'bench-tensors': () => tensorTable(results),
    'bench-targets': () => targetTable(results),
    'bench-fused': () => fusedTable(recurrent),
    'bench-readme': () => readmeItems(results, recurrent),
    'bench-share': () =>
      `Clipping by global norm takes ${clippingShare(results.training)} % of a training step of an LSTM with 128 units on wasm.`,
    'bench-environment': () => environmentText(results.environment),
    'bench-recurrent-environment': () => environmentText(recurrent.environment),
  };
}

function kernelTable({ kernels }: BenchResults, backend: string): string {
  const rows = kernels.filter((row) => row.backend === backend);
  return table(
    [`on ${backend}`, 'A: 6 × 33 k', 'B: 20 × 0.5 M', 'C: 200 × 5 k'],
    KERNEL_METHODS.map((method) => [
      method,
      ...SETS.map((set) => {
        const row = rows.find((one) => one.set === set && one.method === method);
        return row === undefined ? '–' : `${formatMs(row.ms)}, ${formatRatio(row.ofIdiom)}`;
      }),
    ]),
  );
}

function trainingTable({ training }: BenchResults): string {
  return table(
    ['network', 'tf.layers', 'repaired', 'clipping', 'share of the step'],
    training.map(({ network, stockMs, repairedMs, clippingMs }) => [
      network,
      formatMs(stockMs),
      `${formatMs(repairedMs)}, ${formatRatio(repairedMs / stockMs)}`,
      formatMs(clippingMs),
      `${((100 * clippingMs) / repairedMs).toFixed(2)} %`,
    ]),
  );
}

function strategyTable({ strategies }: BenchResults): string {
  return table(
    ['strategy', ...BACKENDS],
    [...new Set(strategies.map(({ strategy }) => strategy))].map((strategy) => [
      strategy,
      ...BACKENDS.map((backend) => {
        const row = strategies.find((one) => one.backend === backend && one.strategy === strategy);
        return row === undefined ? '–' : formatMs(row.ms);
      }),
    ]),
  );
}

function tensorTable({ growth }: BenchResults): string {
  return table(
    ['', ...BACKENDS],
    GROWTH_METHODS.map((method) => [
      method,
      ...BACKENDS.map((backend) => `${perTensor(growth, backend, method).toFixed(1)} µs`),
    ]),
  );
}

function targetTable({ targets }: BenchResults): string {
  return table(
    ['ratio', 'at most', 'measured', 'target'],
    targets.map(({ name, atMost, measured }) => [
      name,
      formatRatio(atMost),
      formatRatio(measured),
      measured <= atMost ? 'met' : 'missed',
    ]),
  );
}

function fusedTable({ rows }: RecurrentResults): string {
  return table(
    ['backend', 'layer', 'tf.layers', 'repaired', 'fused', 'speed-up', 'peak memory'],
    rows.map((row) => [
      row.backend,
      row.network,
      formatMs(row.stockMs),
      row.stockRepairedMs === null ? '–' : formatMs(row.stockRepairedMs),
      formatMs(row.fusedMs),
      `${row.ratio.toFixed(1)}×`,
      `${formatMegabytes(row.stockPeakBytes)} → ${formatMegabytes(row.fusedPeakBytes)} MB`,
    ]),
  );
}

function readmeItems({ training }: BenchResults, { rows }: RecurrentResults): string {
  const speedUps = rows.filter(({ backend }) => backend === 'wasm').map(({ ratio }) => ratio);
  const [lowest, highest] = [Math.min(...speedUps), Math.max(...speedUps)].map((ratio) => ratio.toFixed(1));
  return [
    `- **Cheap**: clipping by global norm takes ${clippingShare(training)} % of a training step of an LSTM with 128 units on wasm. On webgl`,
    '  and webgpu, no step waits for the GPU by default ([benchmarks](docs/guide/what-it-costs.md)).',
    `- **Faster recurrent layers**: on wasm, SimpleRNN, GRU and LSTM layers with 128 units train ${lowest ?? ''} to ${highest ?? ''} times as`,
    '  fast as those of tfjs, and load the same checkpoints ([how](docs/guide/fused-layers.md)).',
  ].join('\n');
}

/** The time of clipping in a training step of the LSTM, in per cent. */
function clippingShare(training: BenchResults['training']): string {
  const lstm = training.find(({ network }) => network === 'LSTM 128');
  return (((lstm?.clippingMs ?? NaN) / (lstm?.repairedMs ?? NaN)) * 100).toFixed(1);
}

function environmentText({ node, tfjs, cpu, cores, date }: Environment): string {
  return (
    `Medians of one run on ${cores} cores (${cpu}), Node ${node.replace('v', '')}, ` +
    `TensorFlow.js ${tfjs}, ${date.slice(0, 10)}.`
  );
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function formatMs(time: number): string {
  return `${time < 1 ? time.toFixed(3) : time < 100 ? time.toFixed(1) : time.toFixed(0)} ms`;
}

function formatRatio(value: number): string {
  return `${value < 0.1 ? value.toFixed(3) : value.toFixed(2)}×`;
}

function formatMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
