import { perTensor, type GrowthRow } from './growth.ts';
import type { KernelRow } from './kernels.ts';
import type { RecurrentRow } from './recurrent.ts';
import type { StrategyRow } from './shelf.ts';
import type { Target } from './targets.ts';
import type { TrainingRow } from './training.ts';

/** Where and when something was measured. */
export interface Environment {
  readonly node: string;
  readonly tfjs: string;
  readonly cpu: string;
  readonly cores: number;
  readonly load: number;
  readonly date: string;
}

/** One run of `npm run bench`, as it is kept. */
export interface BenchResults {
  readonly version: number;
  readonly environment: Environment;
  readonly kernels: readonly KernelRow[];
  readonly strategies: readonly StrategyRow[];
  readonly training: readonly TrainingRow[];
  readonly growth: readonly GrowthRow[];
  readonly promised: readonly Target[];
}

/** One run of `npm run bench:recurrent`, as it is kept. */
export interface RecurrentResults {
  readonly environment: Environment;
  readonly rows: readonly RecurrentRow[];
}

const BACKENDS = ['wasm', 'cpu'];
const SETS = ['A', 'B', 'C'];
const GROWING = ['gradclip, not clipping', 'gradclip, clipping', 'usual tfjs idiom'];

/** The tables of the guide, by the name that marks their place; of several runs the first one gives the times. */
export function tablesOf(
  runs: readonly [BenchResults, ...BenchResults[]],
  recurrent: readonly [RecurrentResults, ...RecurrentResults[]],
): Readonly<Record<string, string>> {
  const [first] = runs;
  return {
    kernels: BACKENDS.map((backend) => kernelTable(first, backend)).join('\n\n'),
    training: table(
      ['network', 'stock step', 'repaired step', 'clipping', 'of the step'],
      first.training.map(({ network, stockMs, repairedMs, clippingMs }) => [
        network,
        ms(stockMs),
        `${ms(repairedMs)}, ${ratio(repairedMs / stockMs)}`,
        ms(clippingMs),
        `${((100 * clippingMs) / repairedMs).toFixed(2)} %`,
      ]),
    ),
    strategies: table(
      ['strategy', ...BACKENDS],
      [...new Set(first.strategies.map(({ strategy }) => strategy))].map((strategy) => [
        strategy,
        ...BACKENDS.map((backend) => {
          const row = first.strategies.find((one) => one.backend === backend && one.strategy === strategy);
          return row === undefined ? '–' : `${ms(row.ms)}, ${ratio(row.ofIdiom)}`;
        }),
      ]),
    ),
    tensors: table(
      ['', ...BACKENDS],
      GROWING.map((method) => [
        method,
        ...BACKENDS.map((backend) => `${perTensor(first.growth, backend, method).toFixed(1)} µs`),
      ]),
    ),
    promised: table(
      ['what', 'at most', `measured, ${runs.length} runs`, ''],
      first.promised.map(({ what, atMost }) => {
        const measured = runs.map(({ promised }) => promised.find((one) => one.what === what)?.measured ?? NaN);
        const kept = measured.filter((one) => one <= atMost).length;
        return [
          what,
          ratio(atMost),
          measured.map(ratio).join(' · '),
          kept === runs.length ? 'kept' : `kept in ${kept} of ${runs.length}`,
        ];
      }),
    ),
    fused: table(
      ['backend', 'layer', 'tf.layers', 'repaired', 'fused', `times as fast, ${recurrent.length} runs`, 'peak memory'],
      recurrent[0].rows.map((row) => [
        row.backend,
        row.network,
        ms(row.stockMs),
        row.stockRepairedMs === null ? '–' : ms(row.stockRepairedMs),
        ms(row.fusedMs),
        recurrent
          .map(({ rows }) => rows.find((one) => one.backend === row.backend && one.network === row.network))
          .map((one) => `${(one?.ratio ?? NaN).toFixed(1)}×`)
          .join(' · '),
        `${megabytes(row.stockPeakBytes)} → ${megabytes(row.fusedPeakBytes)} MB`,
      ]),
    ),
    readme: readmeText(first, recurrent[0]),
    where: whereText(first.environment, runs.length),
    'where-recurrent': whereText(recurrent[0].environment, recurrent.length),
  };
}

/** The page with each table in its place: between `<!-- bench: name -->` and `<!-- /bench -->`. */
export function filled(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replace(/(<!-- bench: ([\w-]+) -->\n)[\s\S]*?(\n<!-- \/bench -->)/g, (_, before, name, after) => {
    const made = tables[name as string];
    if (made === undefined)
      throw new Error(`The bench has no table ${String(name)}; it has ${Object.keys(tables).join()}.`);
    return `${String(before)}${made}${String(after)}`;
  });
}

/** The list item of the README. */
function readmeText({ kernels, training }: BenchResults, { rows }: RecurrentResults): string {
  const lstm = training.find(({ network }) => network === 'LSTM 128');
  const clipping = kernels.filter(({ method }) => method === 'gradclip, clipping').map(({ ofIdiom }) => ofIdiom);
  const share = ((lstm?.clippingMs ?? NaN) / (lstm?.repairedMs ?? NaN)) * 100;
  const wasm = rows.filter(({ backend }) => backend === 'wasm').map((row) => row.ratio);
  const [least, most] = [Math.min(...wasm), Math.max(...wasm)].map((times) => times.toFixed(1));
  return (
    `- **It costs next to nothing:** ${share.toFixed(1)} % of a training step of an LSTM with 128 units, and at most ` +
    `${ratio(Math.max(...clipping))} of what the same clipping written with tfjs ops takes. The fused layers train ` +
    `${least ?? ''} to ${most ?? ''} times as fast as those of tfjs ([figures](docs/guide/what-it-costs.md)).`
  );
}

function kernelTable({ kernels }: BenchResults, backend: string): string {
  const rows = kernels.filter((row) => row.backend === backend);
  const methods = [...new Set(rows.map(({ method }) => method))];
  return table(
    [`on ${backend}`, 'A: 6 × 33 k', 'B: 20 × 0.5 M', 'C: 200 × 5 k'],
    methods.map((method) => [
      method,
      ...SETS.map((set) => {
        const row = rows.find((one) => one.set === set && one.method === method);
        return row === undefined ? '–' : `${ms(row.ms)}, ${ratio(row.ofIdiom)}`;
      }),
    ]),
  );
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function whereText({ node, tfjs, cpu, cores, date }: Environment, runs: number): string {
  return (
    `Medians of the first of ${runs} runs on ${cores} cores (${cpu}), node ${node.replace('v', '')}, ` +
    `TensorFlow.js ${tfjs}, ${date.slice(0, 10)}.`
  );
}

function ms(time: number): string {
  return `${time < 1 ? time.toFixed(3) : time < 100 ? time.toFixed(1) : time.toFixed(0)} ms`;
}

function ratio(value: number): string {
  return `${value < 0.1 ? value.toFixed(3) : value.toFixed(2)}×`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
