import {
  type TensorInfo,
  type KernelConfig,
  type KernelFunc,
  UnsortedSegmentSum,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
  util,
} from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../kernels/wasm-backend.ts';

/**
 * Sums the rows of `x` that share a segment id; the `wasm` backend of tfjs has no such kernel.
 *
 * `x` is [n, ...], `segmentIds` is [n] and the result is [numSegments, ...]. Ids outside the range are skipped. The
 * kernel is the gradient of `gather`, and therefore of an embedding.
 */
export const unsortedSegmentSum: KernelConfig = {
  kernelName: UnsortedSegmentSum,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }: Parameters<KernelFunc>[0]) => {
    const { x, segmentIds } = inputs as unknown as Record<keyof UnsortedSegmentSumInputs, TensorInfo>;
    const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
    const wasm = backend as WasmBackend;
    const rowShape = x.shape.slice(1);
    const width = util.sizeFromShape(rowShape);
    const out = wasm.makeOutput([numSegments, ...rowShape], x.dtype);

    // Views are taken after the allocation, because it can move the heap.
    const sums = wasm.typedArrayFromHeap(out).fill(0);
    const rows = wasm.typedArrayFromHeap(x);
    wasm.typedArrayFromHeap(segmentIds).forEach((segment, row) => {
      if (segment < 0 || segment >= numSegments) return;
      const to = segment * width;
      const from = row * width;
      for (let i = 0; i < width; i++) sums[to + i] = (sums[to + i] ?? 0) + (rows[from + i] ?? 0);
    });
    return out;
  },
};
