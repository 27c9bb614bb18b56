import { getBackend } from '@tensorflow/tfjs-core';
import { hostKernels } from './host.ts';
import type { Kernels } from './kernels.ts';
import { opsKernels } from './ops.ts';

export type { Kernels } from './kernels.ts';
export { rememberingNorms } from './memory.ts';
export { percentileOfSorted } from './sums.ts';

/** The kernels for the backend in use. */
export function kernels(): Kernels {
  const backend = getBackend();
  return backend === 'cpu' || backend === 'wasm' ? hostKernels : opsKernels;
}
