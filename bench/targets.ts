import type { KernelRow } from './kernels.ts';
import { heading } from './print.ts';
import type { TrainingRow } from './training.ts';

/** One promise and what was measured. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
}

const OF_IDIOM: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  wasm: { A: [0.22, 0.3], B: [0.25, 0.45], C: [0.12, 0.27] },
  cpu: { A: [0.05, 0.15], B: [0.05, 0.15], C: [0.05, 0.15] },
};
const OF_STOCK: Readonly<Record<string, number>> = { 'LSTM 128': 1 / 2, 'SimpleRNN 128': 1 / 2, 'GRU 128': 1 / 1.8 };
// Lighter steps are measured and printed too; what clipping takes is the same, and its share larger.
const HEAVY = 'LSTM 128';
const OF_STEP = 0.003;
const OF_READ = 1.3;

/** What the project promises about speed, each as a ratio of two medians of this run. */
export function targets(kernels: readonly KernelRow[], training: readonly TrainingRow[]): Target[] {
  const row = (backend: string, set: string, method: string): KernelRow | undefined =>
    kernels.find((one) => one.backend === backend && one.set === set && one.method === method);
  const ofIdiom = Object.entries(OF_IDIOM).flatMap(([backend, sets]) =>
    Object.entries(sets).flatMap(([set, [still, clipping]]) => [
      {
        what: `${backend} ${set}, not clipping, of the idiom`,
        atMost: still,
        method: 'gradclip, not clipping',
        backend,
        set,
      },
      {
        what: `${backend} ${set}, clipping, of the idiom`,
        atMost: clipping,
        method: 'gradclip, clipping',
        backend,
        set,
      },
    ]),
  );
  const [still, read] = ['gradclip, not clipping', 'one read of the bytes'].map((name) => row('wasm', 'B', name)?.ms);
  return [
    ...ofIdiom.map(({ what, atMost, method, backend, set }) => ({
      what,
      atMost,
      measured: row(backend, set, method)?.ofIdiom ?? NaN,
    })),
    { what: 'wasm B, not clipping, of one read', measured: (still ?? NaN) / (read ?? NaN), atMost: OF_READ },
    ...training
      .filter(({ network }) => network === HEAVY)
      .map(({ network, clippingMs, repairedMs }) => ({
        what: `clipping, of a step of ${network}`,
        measured: clippingMs / repairedMs,
        atMost: OF_STEP,
      })),
    ...training.map(({ network, repairedMs, stockMs }) => ({
      what: `repaired step of ${network}, of stock`,
      measured: repairedMs / stockMs,
      atMost: OF_STOCK[network] ?? NaN,
    })),
  ];
}

/** Prints which promises were kept. */
export function printTargets(all: readonly Target[]): void {
  heading('promised');
  for (const { what, measured, atMost } of all)
    console.log(
      `${measured <= atMost ? 'kept  ' : 'MISSED'}  ${what.padEnd(44)}${measured.toFixed(4).padStart(9)}  at most ${atMost.toFixed(3)}`,
    );
}
