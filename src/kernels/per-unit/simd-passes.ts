import type { Tensor } from '@tensorflow/tfjs-core';
import { instantiate } from '../module.ts';
import type { Pass, PassMemory } from './pass-memory.ts';
import type { Layout, UnitPasses } from './passes.ts';
import { BODY, HEAD, SHARED_HEAD } from './per-unit-bytes.ts';

/** The functions of assembly/per-unit.ts. Pointers are byte addresses in the memory of the module. */
interface PerUnitModule {
  sumColumns(from: number, rows: number, columns: number, sums: number): void;
  squareColumns(from: number, rows: number, columns: number, sums: number): void;
  scaleColumns(from: number, rows: number, columns: number, factors: number, to: number): void;
  subtractFromColumns(from: number, rows: number, columns: number, values: number, to: number): void;
  trackRms(x: number, rms: number, count: number, multiple: number, kept: number, added: number, to: number): number;
  clampToMultiples(x: number, rms: number, count: number, multiple: number, to: number): void;
}

/**
 * Creates the passes in SIMD.
 *
 * @throws if WebAssembly or its SIMD instructions are missing
 */
export function createSimdUnitPasses({ memory, withScratch, run }: PassMemory): UnitPasses {
  const simd = instantiate<PerUnitModule>(memory, { HEAD, SHARED_HEAD, BODY });
  const sumsBy =
    (add: PerUnitModule['sumColumns']) =>
    (x: Tensor, layout: Layout): Float64Array => {
      const { blocks, columns } = layout;
      return withScratch(8 * blocks * columns, (sums) => {
        new Float64Array(memory.buffer, sums, blocks * columns).fill(0);
        const pass: Pass = (rows, unit, from) => {
          add(from, rows, columns, sums + 8 * unit);
        };
        run([x], layout, pass, false);
        return new Float64Array(memory.buffer, sums, blocks * columns).slice();
      });
    };
  const combineBy =
    (combine: PerUnitModule['scaleColumns']) => (x: Tensor, values: ArrayLike<number>, layout: Layout) =>
      withScratch(4 * values.length, (by) => {
        new Float32Array(memory.buffer, by, values.length).set(values);
        const pass: Pass = (rows, unit, from, to) => {
          combine(from, rows, layout.columns, by + 4 * unit, to);
        };
        return run([x], layout, pass, true);
      });
  return {
    sums: sumsBy(simd.sumColumns),
    squares: sumsBy(simd.squareColumns),
    scale: combineBy(simd.scaleColumns),
    subtract: combineBy(simd.subtractFromColumns),
    trackRms(x, rms, multiple, decay) {
      let exceeds = false;
      const pass: Pass = (count, _unit, from, to, second) => {
        if (simd.trackRms(from, second, count, multiple, decay, 1 - decay, to) !== 0) exceeds = true;
      };
      return { rms: run([x, rms], asOneUnit(x), pass, true), exceeds };
    },
    clampToMultiples(x, rms, multiple) {
      const pass: Pass = (count, _unit, from, to, second) => {
        simd.clampToMultiples(from, second, count, multiple, to);
      };
      return run([x, rms], asOneUnit(x), pass, true);
    },
  };
}

const asOneUnit = ({ size }: Tensor): Layout => ({ blocks: 1, rows: size, columns: 1 });
