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
import { transposeBeforeMultiplying } from './batch-mat-mul.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const repairs: ReadonlyArray<{
  name: string;
  repair: (stock: KernelConfig | undefined) => KernelConfig | undefined;
}> = [
  { name: BatchMatMul, repair: (stock) => stock && transposeBeforeMultiplying(stock) },
  // If tfjs has its own kernel, it keeps it.
  { name: UnsortedSegmentSum, repair: (stock) => stock ?? unsortedSegmentSum },
];

interface Replacement {
  readonly name: string;
  readonly stock: KernelConfig | undefined;
  readonly repaired: KernelConfig | undefined;
}

const repairState = (): { replacements?: readonly Replacement[] } => shared('wasm-repairs', () => ({}));

/**
 * Repairs two kernels of the `wasm` backend for the whole process.
 *
 * - `BatchMatMul` transposes its inputs before it multiplies them. A training step of an RNN, LSTM or GRU becomes about
 *   twice as fast. Results differ from the stock kernel's only in the order of summation.
 * - `UnsortedSegmentSum`, the gradient of `gather`, is added. Without it, an embedding cannot be trained.
 *
 * You can call it before or after the backend is ready, and any number of times.
 *
 * @returns a function that undoes the repairs, the same as {@link undoWasmRepairs}
 * @throws ClippingError `no-backend` if no `wasm` backend is registered
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
  if (!isBackendRegistered()) {
    throw new ClippingError(
      'no-backend',
      '`repairWasmBackend()` needs the `wasm` backend, but it is not registered; ' +
        "`import '@tensorflow/tfjs-backend-wasm'` first, with the same copy of tfjs-core.",
    );
  }
  repairState().replacements ??= repairs.map(({ name, repair }) => {
    const stock = findKernel(name);
    const repaired = repair(stock);
    replaceKernel(name, repaired);
    return { name, stock, repaired };
  });
  return undoWasmRepairs;
}

/**
 * Restores the stock kernels of the `wasm` backend; does nothing if they are in use.
 *
 * A kernel that the program has registered since the repair stays.
 *
 * @category Kernels
 */
export function undoWasmRepairs(): void {
  const state = repairState();
  for (const { name, stock, repaired } of state.replacements ?? []) {
    if (findKernel(name) === repaired) replaceKernel(name, stock);
  }
  delete state.replacements;
}

function replaceKernel(name: string, kernel: KernelConfig | undefined): void {
  // tfjs prints a warning if a registered kernel is replaced.
  if (findKernel(name) !== undefined) unregisterKernel(name, 'wasm');
  if (kernel !== undefined) registerKernel(kernel);
}

function isBackendRegistered(): boolean {
  const factory = findBackendFactory('wasm') as (() => unknown) | null;
  return factory !== null && findKernel(BatchMatMul) !== undefined;
}

// tfjs types both lookups as if they always found something.
function findKernel(name: string): KernelConfig | undefined {
  return getKernel(name, 'wasm') as KernelConfig | undefined;
}
