import type { KernelRow } from './kernels.ts';
import type { PeerRow } from './peers.ts';
import type { StrategyRow } from './shelf.ts';
import { SETS } from './sets.ts';
import type { TrainingRow } from './training.ts';

const WIDTH = 80;

/** Prints what one backend's kernels took. */
export function printKernels(backend: string, rows: readonly KernelRow[], peers: readonly PeerRow[] = []): void {
  heading(`clip by global norm on ${backend}: ms, and times the usual idiom`);
  line(
    'set',
    SETS.map(({ name, tensors, shape }) => `${name}: ${tensors} x ${count(shape[0] * shape[1])}`),
  );
  const methods = [...new Set(rows.map(({ method }) => method))];
  const idioms = new Map(rows.filter(({ ofIdiom }) => ofIdiom === 1).map(({ set, ms }) => [set, ms]));
  const table = [...methods.map((method) => ({ method, of: rows.filter((row) => row.method === method) }))];
  for (const { method, of } of table)
    line(
      method,
      of.map(({ ms, ofIdiom }) => cell(ms, ofIdiom)),
    );
  for (const method of new Set(peers.map(({ peer }) => peer)))
    line(
      method,
      peers.filter(({ peer }) => peer === method).map(({ set, ms }) => cell(ms, ms / (idioms.get(set) ?? NaN))),
    );
}

/** Prints what each strategy takes. */
export function printShelf(rows: readonly StrategyRow[]): void {
  heading('a step of the wrapper on set A, by strategy: ms, and times the usual idiom');
  const backends = [...new Set(rows.map(({ backend }) => backend))];
  line('', backends);
  for (const strategy of new Set(rows.map((row) => row.strategy)))
    line(
      strategy,
      backends.map((backend) => {
        const row = rows.find((one) => one.backend === backend && one.strategy === strategy);
        return cell(row?.ms ?? NaN, row?.ofIdiom ?? NaN);
      }),
    );
}

/** Prints what a training step takes. */
export function printTraining(rows: readonly TrainingRow[]): void {
  heading('a training step on wasm: batch 32, 50 time steps, Adam');
  line('', ['stock', 'repaired', 'clipping']);
  for (const { network, stockMs, repairedMs, clippingMs } of rows)
    line(network, [
      `${ms(stockMs)} ms`,
      cell(repairedMs, repairedMs / stockMs),
      `${ms(clippingMs)} ${(100 * (clippingMs / repairedMs)).toFixed(2)} %`,
    ]);
}

/** Prints a heading, set off from what comes before. */
export function heading(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(Math.min(WIDTH, text.length))}`);
}

function line(title: string, cells: readonly string[]): void {
  console.log(title.padEnd(29) + cells.map((text) => text.padStart(17)).join(''));
}

function cell(time: number, ratio: number): string {
  return `${ms(time)} ${ratio.toFixed(ratio < 0.1 ? 3 : 2).padStart(6)}x`;
}

function ms(time: number): string {
  return time < 1 ? time.toFixed(3) : time < 100 ? time.toFixed(2) : time.toFixed(0);
}

function count(elements: number): string {
  return elements >= 1e5 ? `${elements / 1e6} M` : `${Math.round(elements / 1e3)} k`;
}
