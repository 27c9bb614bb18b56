import type { Arithmetic } from './arithmetic.ts';
import type { Heap } from './heap.ts';
import { instantiateSimd } from './simd.ts';

/** Creates SIMD passes that work directly on the heap of tfjs, without copies. */
export function createHeapArithmetic(heap: Heap): Arithmetic {
  const simd = instantiateSimd(heap.memory);
  return {
    name: 'wasm',
    sumOfSquares: (x) => simd.sumOfSquares(heap.offsetOf(x), x.size),
    sumOfMagnitudes: (x) => simd.sumOfMagnitudes(heap.offsetOf(x), x.size),
    largestMagnitude: (x) => simd.largestMagnitude(heap.offsetOf(x), x.size),
    isWithin: (x, low, high) => simd.within(heap.offsetOf(x), x.size, low, high) === 1,
    scale(x, factor) {
      const y = heap.allocate(x.shape);
      simd.scale(heap.offsetOf(x), heap.offsetOf(y), x.size, factor);
      return y;
    },
    clamp(x, low, high) {
      const y = heap.allocate(x.shape);
      simd.clamp(heap.offsetOf(x), heap.offsetOf(y), x.size, low, high);
      return y;
    },
    zeroNonFinite(x) {
      const y = heap.allocate(x.shape);
      simd.zeroNonFinite(heap.offsetOf(x), heap.offsetOf(y), x.size);
      return y;
    },
  };
}
