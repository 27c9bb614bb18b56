import { instantiate } from './module.ts';
import { BODY, HEAD, SHARED_HEAD } from './simd-bytes.ts';

/** The functions of simd.wat. Pointers are byte offsets into the memory that the module was instantiated on. */
export interface Simd {
  sumOfSquares(from: number, count: number): number;
  sumOfMagnitudes(from: number, count: number): number;
  largestMagnitude(from: number, count: number): number;
  within(from: number, count: number, low: number, high: number): number;
  scale(from: number, to: number, count: number, factor: number): void;
  clamp(from: number, to: number, count: number, low: number, high: number): void;
  zeroNonFinite(from: number, to: number, count: number): void;
}

/**
 * Instantiates simd.wat on a memory.
 *
 * @throws as {@link instantiate}
 */
export function instantiateSimd(memory: WebAssembly.Memory): Simd {
  return instantiate<Simd>(memory, { HEAD, SHARED_HEAD, BODY });
}
