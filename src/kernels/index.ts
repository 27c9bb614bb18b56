import { backend, getBackend } from '@tensorflow/tfjs-core';
import type { Arithmetic } from './arithmetic.ts';
import { wasmHeap } from './heap.ts';
import { hostKernels } from './host.ts';
import { arithmeticInChunks } from './in-chunks.ts';
import type { Kernels } from './kernels.ts';
import { arithmeticOnHeap } from './on-heap.ts';
import { opsKernels } from './ops.ts';
import { plainArithmetic } from './loops.ts';
import { agreesWithPlainLoops } from './self-test.ts';

export { cpuForwardingFlag, hasFreeReads, hasSlowBroadcasting, isHostSideBackend } from './backends.ts';
export { SMALLEST_NORMAL } from './float32.ts';
export type { HostNorms, Kernels } from './kernels.ts';
export { withStepCache } from './step-cache.ts';
export { percentileOfSorted } from './sums.ts';

// By instance: a backend that is removed and made anew has a new heap.
const chosen = new WeakMap<object, Kernels>();

/** The kernels for the backend in use, chosen and tested at their first use. */
export function kernels(): Kernels {
  const inUse = backend();
  const known = chosen.get(inUse);
  if (known !== undefined) return known;
  const made = kernelsFor(getBackend());
  chosen.set(inUse, made);
  return made;
}

function kernelsFor(backendName: string): Kernels {
  if (backendName === 'wasm') return hostKernels(working(() => arithmeticOnHeap(wasmHeap())));
  if (backendName === 'cpu') return hostKernels(working(arithmeticInChunks));
  return opsKernels;
}

// SIMD may be missing, and a later tfjs may keep its tensors otherwise: plain loops are then slower and as right.
function working(make: () => Arithmetic): Arithmetic {
  try {
    const arithmetic = make();
    return agreesWithPlainLoops(arithmetic) ? arithmetic : plainArithmetic;
  } catch {
    return plainArithmetic;
  }
}
