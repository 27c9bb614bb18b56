import { backend, getBackend } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';
import { wasmHeap } from './heap.ts';
import { hostKernels } from './host.ts';
import { createChunkedArithmetic } from './in-chunks.ts';
import type { Kernels } from './kernels.ts';
import { createHeapArithmetic } from './on-heap.ts';
import { opsKernels } from './ops.ts';
import { plainArithmetic } from './loops.ts';
import { agreesWithPlainLoops } from './self-test.ts';

export { cpuForwardingFlag, hasFreeReads, hasSlowBroadcasting } from './backends.ts';
export { SMALLEST_NORMAL } from './float32.ts';
export type { HostNorms, Kernels } from './kernels.ts';
export { withStepCache } from './step-cache.ts';
export { percentileBySelection, percentileOfSorted } from './percentile.ts';
export { percentileByRank } from './rank.ts';
export { booleanTensorOf, tensorOfValues, valuesOf } from './values.ts';

// Keyed by instance, because a backend that is removed and created again has a new heap.
const kernelsByBackend = new WeakMap<object, Kernels>();

/** Returns the kernels for the backend in use, which are chosen and tested at first use. */
export function kernels(): Kernels {
  const inUse = backend();
  let chosen = kernelsByBackend.get(inUse);
  if (chosen === undefined) {
    chosen = chooseKernels(getBackend());
    kernelsByBackend.set(inUse, chosen);
  }
  return chosen;
}

function chooseKernels(backendName: string): Kernels {
  if (backendName === 'wasm') return hostKernels(withFallback(() => createHeapArithmetic(wasmHeap())));
  if (backendName === 'cpu') return hostKernels(withFallback(createChunkedArithmetic));
  return opsKernels;
}

// SIMD can be missing, and a later tfjs can store its tensors differently. Plain loops are then slower but as accurate.
function withFallback(create: () => Arithmetic): Arithmetic {
  try {
    const arithmetic = create();
    return agreesWithPlainLoops(arithmetic) ? arithmetic : plainArithmetic;
  } catch {
    return plainArithmetic;
  }
}
