import type { Tensor } from '@tensorflow/tfjs-core';
import { elementsOf, tensorFrom } from '../loops.ts';
import type { Layout, UnitPasses } from './passes.ts';

/** Plain loops: the passes on cpu, the fallback without WebAssembly, and the reference for the self-test. */
export const plainUnitPasses: UnitPasses = {
  sums: sumsBy((value) => value),
  squares: sumsBy((value) => value * value),
  scale: combineBy((value, factor) => value * factor),
  subtract: combineBy((value, subtracted) => value - Math.fround(subtracted)),

  trackRms(x, rms, multiple, decay) {
    const [before, values, clamped] = [elementsOf(rms), elementsOf(x), clampedElements(x, rms, multiple)];
    const results = new Float32Array(before.length);
    let exceeds = false;
    for (let index = 0; index < before.length; index += 1) {
      const value = clamped[index]!;
      exceeds ||= Math.abs(value) < Math.abs(values[index]!);
      results[index] = Math.sqrt(decay * before[index]! ** 2 + (1 - decay) * value ** 2);
    }
    return { rms: tensorFrom(results, x.shape), exceeds };
  },

  clampToMultiples: (x, rms, multiple) => tensorFrom(clampedElements(x, rms, multiple), x.shape),
};

function sumsBy(term: (value: number) => number): UnitPasses['sums'] {
  return (x, layout) => {
    const sums = new Float64Array(layout.blocks * layout.columns);
    const values = elementsOf(x);
    eachElement(layout, (index, unit) => (sums[unit]! += term(values[index]!)));
    return sums;
  };
}

function combineBy(combine: (value: number, ofUnit: number) => number): UnitPasses['scale'] {
  return (x, perUnit, layout) => {
    const results = new Float32Array(elementsOf(x));
    eachElement(layout, (index, unit) => (results[index] = combine(results[index]!, perUnit[unit]!)));
    return tensorFrom(results, x.shape);
  };
}

function clampedElements(x: Tensor, rms: Tensor, multiple: number): Float32Array {
  const [values, scales, factor] = [elementsOf(x), elementsOf(rms), Math.fround(multiple)];
  const results = new Float32Array(values);
  for (let index = 0; index < values.length; index += 1) {
    const limit = Math.fround(scales[index]! * factor);
    if (scales[index]! > 0 && Math.abs(values[index]!) > limit) results[index] = Math.sign(values[index]!) * limit;
  }
  return results;
}

/** Calls `use` with the index of each element and of its unit. */
function eachElement({ blocks, rows, columns }: Layout, use: (index: number, unit: number) => void): void {
  for (let block = 0, index = 0; block < blocks; block += 1)
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1, index += 1) use(index, block * columns + column);
}
