import type { Tensor } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.ts';
import { elementsOf, tensorFrom } from '../loops.ts';
import type { Layout } from './passes.ts';

/**
 * One pass over whole rows of one block. `unit` is the first unit of the block; the others are the byte addresses of the
 * rows in the first tensor, in the result, and in the second tensor.
 */
export type Pass = (rows: number, unit: number, from: number, to: number, second: number) => void;

/** Where SIMD passes find the elements of tensors. */
export interface PassMemory {
  readonly memory: WebAssembly.Memory;
  /** Calls `use` with the address of some bytes for it, and frees them afterwards. */
  withScratch<Result>(bytes: number, use: (address: number) => Result): Result;
  /** Passes over one or two tensors of one layout; returns the tensor that the pass writes, or else the first one. */
  run(tensors: readonly Tensor[], layout: Layout, pass: Pass, writes: boolean): Tensor;
}

/** The heap of tfjs, without copies. */
export function heapMemory({ memory, allocate, offsetOf, withScratch }: Heap): PassMemory {
  return {
    memory,
    withScratch,
    run([x, y = x], layout, pass, writes) {
      const result = writes ? allocate(x!.shape) : x!;
      passBlocks(layout, 0, x!.size, pass, [x!, result, y!].map(offsetOf));
      return result;
    },
  };
}

// 64 kB of each tensor stay in a core's cache between the copy and the pass over them.
const CHUNK = 16_384;
const PAGE_BYTES = 65_536;

/** A small memory, into which the arrays of the cpu backend are copied chunk by chunk. */
export function chunkMemory(): PassMemory {
  const memory = new WebAssembly.Memory({ initial: 0 });
  let scratchBytes = 0;
  const reserve = (bytes: number) => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  };
  return {
    memory,
    withScratch(bytes, use) {
      scratchBytes = 16 * Math.ceil(bytes / 16);
      reserve(scratchBytes);
      return use(0);
    },
    run(tensors, layout, pass, writes) {
      const arrays = tensors.map(elementsOf);
      const [{ length }] = arrays as [Float32Array];
      const block = layout.rows * layout.columns;
      // Whole blocks, or else whole rows of one block.
      const [part, limit] = block > CHUNK ? [layout.columns, block] : [block, Infinity];
      const span = part * Math.max(1, Math.floor(CHUNK / part));
      const addresses = [0, 1, 2].map((index) => scratchBytes + 4 * span * index);
      reserve(addresses[2]! + 4 * span);
      const floats = new Float32Array(memory.buffer);
      const to = addresses[1]! / 4;
      const result = writes && new Float32Array(length);
      for (let start = 0, end = 0; start < length; start = end) {
        end = Math.min(start + span, length, limit - (start % limit) + start);
        arrays.forEach((array, index) => {
          floats.set(array.subarray(start, end), addresses[2 * index]! / 4);
        });
        passBlocks(layout, start, end, pass, addresses);
        if (result) result.set(floats.subarray(to, to + end - start), start);
      }
      return result ? tensorFrom(result, tensors[0]!.shape) : tensors[0]!;
    },
  };
}

/** Passes over the blocks between two elements; `addresses` are those of the element `start`. */
function passBlocks({ rows, columns }: Layout, start: number, end: number, pass: Pass, addresses: number[]): void {
  const [from, to, second] = addresses as [number, number, number];
  const block = rows * columns;
  for (let at = start; at < end; at += block) {
    const offset = 4 * (at - start);
    const unit = Math.floor(at / block) * columns;
    pass(Math.min(block, end - at) / columns, unit, from + offset, to + offset, second + offset);
  }
}
