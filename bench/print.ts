import type { KernelRow } from './kernels.ts';
import type { PeerRow } from './peers.ts';
import type { StrategyRow } from './strategies.ts';
import { SETS } from './sets.ts';
import type { TrainingRow } from './training.ts';

const WIDTH = 80;

/** Prints the times of clipping by global norm on one backend. */
export function printKernels(backend: string, rows: readonly KernelRow[], peers: readonly PeerRow[] = []): void {
  printHeading(`clip by global norm on ${backend}: ms, and multiple of the usual idiom`);
  printRow(
    'set',
    SETS.map(({ name, tensors, shape }) => `${name}: ${tensors} x ${formatCount(shape[0] * shape[1])}`),
  );
  const methods = [...new Set(rows.map(({ method }) => method))];
  const idiomMs = new Map(rows.filter(({ ofIdiom }) => ofIdiom === 1).map(({ set, ms }) => [set, ms]));
  for (const method of methods)
    printRow(
      method,
      rows.filter((row) => row.method === method).map(({ ms, ofIdiom }) => formatCell(ms, ofIdiom)),
    );
  for (const name of new Set(peers.map(({ peer }) => peer)))
    printRow(
      name,
      peers.filter(({ peer }) => peer === name).map(({ set, ms }) => formatCell(ms, ms / (idiomMs.get(set) ?? NaN))),
    );
}

/** Prints the times of all strategies. */
export function printStrategies(rows: readonly StrategyRow[]): void {
  printHeading('a step of the wrapper on set A: quartiles and median in ms, and multiple of the usual idiom');
  const backends = [...new Set(rows.map(({ backend }) => backend))];
  printRow(
    '',
    backends.map((backend) => backend.padStart(31)),
  );
  for (const strategy of new Set(rows.map((row) => row.strategy)))
    printRow(
      strategy,
      backends.map((backend) => {
        const row = rows.find((one) => one.backend === backend && one.strategy === strategy);
        const half = row?.quartilesMs?.map(formatMs).join('–') ?? '';
        return `${half} ${formatCell(row?.ms ?? NaN, row?.ofIdiom ?? NaN)}`.padStart(31);
      }),
    );
}

/** Prints the times of a training step. */
export function printTraining(rows: readonly TrainingRow[]): void {
  printHeading('a training step on wasm: batch 32, 50 time steps, Adam');
  printRow('', ['stock', 'repaired', 'clipping']);
  for (const { network, stockMs, repairedMs, clippingMs } of rows)
    printRow(network, [
      `${formatMs(stockMs)} ms`,
      formatCell(repairedMs, repairedMs / stockMs),
      `${formatMs(clippingMs)} ${(100 * (clippingMs / repairedMs)).toFixed(2)} %`,
    ]);
}

/** Prints a blank line and an underlined heading. */
export function printHeading(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(Math.min(WIDTH, text.length))}`);
}

function printRow(title: string, cells: readonly string[]): void {
  console.log(title.padEnd(29) + cells.map((text) => text.padStart(17)).join(''));
}

function formatCell(time: number, ratio: number): string {
  return `${formatMs(time)} ${ratio.toFixed(ratio < 0.1 ? 3 : 2).padStart(6)}x`;
}

function formatMs(time: number): string {
  return time < 1 ? time.toFixed(3) : time < 100 ? time.toFixed(2) : time.toFixed(0);
}

function formatCount(elements: number): string {
  return elements >= 1e5 ? `${elements / 1e6} M` : `${Math.round(elements / 1e3)} k`;
}
