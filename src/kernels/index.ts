import type { Arithmetic } from './arithmetic.ts';
import { wasmHeap } from './heap.ts';
import { hostKernels } from './host.ts';
import { createChunkedArithmetic } from './in-chunks.ts';
import type { Kernels } from './kernels.ts';
import { createHeapArithmetic } from './on-heap.ts';
import { opsKernels } from './ops.ts';
import { plainArithmetic } from './loops.ts';
import { createOrFallBack, perBackend } from './per-backend.ts';
import { agreesWithPlainLoops } from './self-test.ts';

export { cpuForwardingFlag, hasFreeReads, hasSlowBroadcasting } from './backends.ts';
export { clamp } from './clamp.ts';
export { SMALLEST_NORMAL } from './float32.ts';
export { groupNorms } from './group-norms.ts';
export type { HostNorms, Kernels } from './kernels.ts';
export { withStepCache } from './step-cache.ts';
export {
  clampToRms,
  clipUnits,
  scaleUnits,
  subtractUnitMeans,
  unitNorms,
  type ClampedToRms,
} from './per-unit/index.ts';
export { percentileBySelection, percentileOfSorted } from './percentile.ts';
export { percentileByRank } from './rank.ts';
export { booleanTensorOf, tensorOfValues, valuesOf } from './values.ts';

/** Returns the kernels for the backend in use, which are chosen and tested at first use. */
export const kernels: () => Kernels = perBackend((backendName) => {
  if (backendName === 'wasm') return hostKernels(tested(() => createHeapArithmetic(wasmHeap())));
  if (backendName === 'cpu') return hostKernels(tested(createChunkedArithmetic));
  return opsKernels;
});

function tested(create: () => Arithmetic): Arithmetic {
  return createOrFallBack(create, agreesWithPlainLoops, plainArithmetic);
}
