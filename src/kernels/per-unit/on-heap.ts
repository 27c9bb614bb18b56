import type { Tensor } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.ts';
import { instantiate } from '../module.ts';
import type { Layout, UnitPasses } from './passes.ts';
import * as bytes from './per-unit-bytes.ts';

/** The functions of assembly/per-unit.ts. Pointers are byte addresses in the memory of the module. */
interface PerUnitModule {
  sumColumns(from: number, rows: number, columns: number, sums: number): void;
  squareColumns(from: number, rows: number, columns: number, sums: number): void;
  scaleColumns(from: number, rows: number, columns: number, factors: number, to: number): void;
  subtractFromColumns(from: number, rows: number, columns: number, values: number, to: number): void;
  exceedsMultiples(x: number, rms: number, count: number, multiple: number): number;
  clampToMultiples(x: number, rms: number, count: number, multiple: number, to: number): void;
  movingRms(rms: number, x: number, count: number, kept: number, added: number, to: number): void;
}

/** Creates SIMD passes that work directly on the heap of tfjs, without copies. */
export function createHeapUnitPasses(heap: Heap): UnitPasses {
  const simd = instantiate<PerUnitModule>(heap.memory, bytes);
  const sumsBy =
    (add: PerUnitModule['sumColumns']) =>
    (x: Tensor, { blocks, rows, columns }: Layout) =>
      heap.withScratch(blocks * columns, (sums) => {
        const from = heap.offsetOf(x);
        for (let block = 0; block < blocks; block += 1)
          add(from + 4 * block * rows * columns, rows, columns, sums + 8 * block * columns);
        return new Float64Array(heap.memory.buffer, sums, blocks * columns).slice();
      });
  const combineBy =
    (combine: PerUnitModule['scaleColumns']) =>
    (x: Tensor, values: Tensor, { blocks, rows, columns }: Layout) => {
      const y = heap.allocate(x.shape);
      const [from, by, to] = [heap.offsetOf(x), heap.offsetOf(values), heap.offsetOf(y)];
      for (let block = 0; block < blocks; block += 1) {
        const start = 4 * block * rows * columns;
        combine(from + start, rows, columns, by + 4 * block * columns, to + start);
      }
      return y;
    };
  return {
    sums: sumsBy(simd.sumColumns),
    squares: sumsBy(simd.squareColumns),
    scale: combineBy(simd.scaleColumns),
    subtract: combineBy(simd.subtractFromColumns),
    exceedsMultiples: (x, rms, multiple) =>
      simd.exceedsMultiples(heap.offsetOf(x), heap.offsetOf(rms), x.size, multiple) !== 0,
    clampToMultiples(x, rms, multiple) {
      const y = heap.allocate(x.shape);
      simd.clampToMultiples(heap.offsetOf(x), heap.offsetOf(rms), x.size, multiple, heap.offsetOf(y));
      return y;
    },
    movingRms(rms, x, decay) {
      const y = heap.allocate(x.shape);
      simd.movingRms(heap.offsetOf(rms), heap.offsetOf(x), x.size, decay, 1 - decay, heap.offsetOf(y));
      return y;
    },
  };
}
