import {
  BatchMatMul,
  findBackendFactory,
  getKernel,
  type KernelConfig,
  registerKernel,
  unregisterKernel,
  UnsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { ClippingError } from '../core/errors.ts';
import { shared } from '../core/shared.ts';
import { transposingFirst } from './batch-mat-mul.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const repairs: ReadonlyArray<{
  name: string;
  repaired: (stock: KernelConfig | undefined) => KernelConfig | undefined;
}> = [
  { name: BatchMatMul, repaired: (stock) => stock && transposingFirst(stock) },
  // A tfjs that brings its own keeps its own.
  { name: UnsortedSegmentSum, repaired: (stock) => stock ?? unsortedSegmentSum },
];

const repairState = (): { stock?: ReadonlyMap<string, KernelConfig | undefined> } => shared('wasm-repairs', () => ({}));

/**
 * Repairs two kernels of the `wasm` backend, for every program in this process.
 *
 * `BatchMatMul` transposes first and multiplies then, which makes a training step of an RNN, LSTM or GRU about
 * twice as fast; results differ from the stock kernel's only in the order of summation.
 * `UnsortedSegmentSum`, the gradient of `gather`, is added, without which an embedding cannot be trained.
 *
 * May be called before or after the backend is made ready, and any number of times.
 *
 * @returns a function that takes the repairs back, the same as {@link undoWasmRepairs}
 * @throws ClippingError `no-backend` where no `wasm` backend is registered
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import '@tensorflow/tfjs-backend-wasm';
 * import { repairWasmBackend } from 'gradclip/wasm';
 *
 * repairWasmBackend();
 * await tf.setBackend('wasm');
 * ```
 *
 * @category Kernels
 */
export function repairWasmBackend(): () => void {
  if (!isRegistered()) {
    throw new ClippingError(
      'no-backend',
      '`repairWasmBackend()` needs the `wasm` backend, and none is registered; ' +
        "`import '@tensorflow/tfjs-backend-wasm'` first, from the same copy of tfjs-core.",
    );
  }
  repairState().stock ??= new Map(
    repairs.map(({ name, repaired }) => {
      const stock = kernelNamed(name);
      replace(name, repaired(stock));
      return [name, stock];
    }),
  );
  return undoWasmRepairs;
}

/**
 * Puts the stock kernels of the `wasm` backend back; does nothing where they are in place.
 *
 * @category Kernels
 */
export function undoWasmRepairs(): void {
  const state = repairState();
  for (const [name, stock] of state.stock ?? []) replace(name, stock);
  delete state.stock;
}

function replace(name: string, kernel: KernelConfig | undefined): void {
  // Registering over a kernel prints a warning.
  if (kernelNamed(name) !== undefined) unregisterKernel(name, 'wasm');
  if (kernel !== undefined) registerKernel(kernel);
}

function isRegistered(): boolean {
  const factory = findBackendFactory('wasm') as (() => unknown) | null;
  return factory !== null && kernelNamed(BatchMatMul) !== undefined;
}

// tfjs types both look-ups as if they always found something.
function kernelNamed(name: string): KernelConfig | undefined {
  return getKernel(name, 'wasm') as KernelConfig | undefined;
}
