import type { KernelRow } from './kernels.ts';
import { printHeading } from './print.ts';
import type { TrainingRow } from './training.ts';

/** A ratio of two medians of one run, and the largest value that is acceptable. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  readonly atMost: number;
}

interface KernelLimits {
  readonly 'not clipping': number;
  readonly clipping: number;
}

const KERNEL_LIMITS: Readonly<Record<string, Readonly<Record<string, KernelLimits>>>> = {
  wasm: {
    A: { 'not clipping': 0.22, clipping: 0.3 },
    B: { 'not clipping': 0.25, clipping: 0.45 },
    C: { 'not clipping': 0.12, clipping: 0.27 },
  },
  cpu: {
    A: { 'not clipping': 0.05, clipping: 0.15 },
    B: { 'not clipping': 0.05, clipping: 0.15 },
    C: { 'not clipping': 0.05, clipping: 0.15 },
  },
};
const REPAIRED_LIMITS: Readonly<Record<string, number>> = {
  'LSTM 128': 1 / 2,
  'SimpleRNN 128': 1 / 2,
  'GRU 128': 1 / 1.8,
};
// Clipping takes the same time in cheaper networks, so its share of their steps is larger and has no target.
const HEAVIEST_NETWORK = 'LSTM 128';
const CLIPPING_SHARE_LIMIT = 0.003;
const READ_LIMIT = 1.3;

/** Compares a run with the speed targets of the project. */
export function measureTargets(kernels: readonly KernelRow[], training: readonly TrainingRow[]): Target[] {
  const find = (backend: string, set: string, method: string): KernelRow | undefined =>
    kernels.find((row) => row.backend === backend && row.set === set && row.method === method);
  const kernelTargets = Object.entries(KERNEL_LIMITS).flatMap(([backend, sets]) =>
    Object.entries(sets).flatMap(([set, limits]) =>
      Object.entries(limits).map(([method, atMost]: [string, number]) => ({
        name: `${backend} ${set}: ${method} / tfjs idiom`,
        measured: find(backend, set, `gradclip, ${method}`)?.ofIdiom ?? NaN,
        atMost,
      })),
    ),
  );
  const notClippingMs = find('wasm', 'B', 'gradclip, not clipping')?.ms ?? NaN;
  const readMs = find('wasm', 'B', 'one read of the gradients')?.ms ?? NaN;
  return [
    ...kernelTargets,
    { name: 'wasm B: not clipping / one read', measured: notClippingMs / readMs, atMost: READ_LIMIT },
    ...training
      .filter(({ network }) => network === HEAVIEST_NETWORK)
      .map(({ network, clippingMs, repairedMs }) => ({
        name: `${network}: clipping / repaired step`,
        measured: clippingMs / repairedMs,
        atMost: CLIPPING_SHARE_LIMIT,
      })),
    ...training.map(({ network, repairedMs, stockMs }) => ({
      name: `${network}: repaired step / stock step`,
      measured: repairedMs / stockMs,
      atMost: REPAIRED_LIMITS[network] ?? NaN,
    })),
  ];
}

/** Prints which targets are met. */
export function printTargets(targets: readonly Target[]): void {
  printHeading('speed targets');
  for (const { name, measured, atMost } of targets)
    console.log(
      `${measured <= atMost ? 'met   ' : 'MISSED'}  ${name.padEnd(44)}${measured.toFixed(4).padStart(9)}  at most ${atMost.toFixed(3)}`,
    );
}
