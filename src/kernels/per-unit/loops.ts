import { elementsOf, tensorFrom } from '../loops.ts';
import { valuesOf } from '../values.ts';
import type { Layout, UnitPasses } from './passes.ts';

// Between these, a float32 mean square neither overflows nor loses digits.
const SMALLEST_SQUARE = Math.fround(1e-35);
const LARGEST_SQUARE = Math.fround(1e38);

/** Plain loops: the passes on cpu, the fallback without WebAssembly, and the reference for the self-test. */
export const plainUnitPasses: UnitPasses = {
  sums(x, layout) {
    const sums = new Float64Array(layout.blocks * layout.columns);
    const values = elementsOf(x);
    eachRow(layout, (start, unit) => {
      for (let column = 0; column < layout.columns; column += 1) sums[unit + column]! += values[start + column]!;
    });
    return sums;
  },

  squares(x, layout) {
    const sums = new Float64Array(layout.blocks * layout.columns);
    const values = elementsOf(x);
    eachRow(layout, (start, unit) => {
      for (let column = 0; column < layout.columns; column += 1) {
        const value = values[start + column]!;
        sums[unit + column]! += value * value;
      }
    });
    return sums;
  },

  scale(x, factors, layout) {
    const factorOf = Float64Array.from(valuesOf(factors));
    // Unlike a new array, a copy is not cleared before it is filled.
    const results = new Float32Array(elementsOf(x));
    eachRow(layout, (start, unit) => {
      for (let column = 0; column < layout.columns; column += 1) results[start + column]! *= factorOf[unit + column]!;
    });
    return tensorFrom(results, x.shape);
  },

  subtract(x, subtracted, layout) {
    const valueOf = elementsOf(subtracted);
    const results = new Float32Array(elementsOf(x));
    eachRow(layout, (start, unit) => {
      for (let column = 0; column < layout.columns; column += 1) results[start + column]! -= valueOf[unit + column]!;
    });
    return tensorFrom(results, x.shape);
  },

  exceedsMultiples(x, rms, multiple) {
    const [values, scales, factor] = [elementsOf(x), elementsOf(rms), Math.fround(multiple)];
    for (let index = 0; index < values.length; index += 1)
      if (scales[index]! > 0 && Math.abs(values[index]!) > Math.fround(scales[index]! * factor)) return true;
    return false;
  },

  clampToMultiples(x, rms, multiple) {
    const [values, scales, factor] = [elementsOf(x), elementsOf(rms), Math.fround(multiple)];
    const results = new Float32Array(values);
    for (let index = 0; index < values.length; index += 1) {
      const limit = Math.fround(scales[index]! * factor);
      if (scales[index]! > 0 && Math.abs(values[index]!) > limit) results[index] = Math.sign(values[index]!) * limit;
    }
    return tensorFrom(results, x.shape);
  },

  movingRms(rms, x, decay) {
    const [before, values] = [elementsOf(rms), elementsOf(x)];
    const [kept, added] = [Math.fround(decay), Math.fround(1 - decay)];
    const results = new Float32Array(before.length);
    for (let index = 0; index < before.length; index += 1) {
      const one = before[index]!;
      const value = values[index]!;
      const square = Math.fround(
        Math.fround(kept * Math.fround(one * one)) + Math.fround(added * Math.fround(value * value)),
      );
      const isPrecise = square >= SMALLEST_SQUARE && square <= LARGEST_SQUARE;
      results[index] = Math.sqrt(isPrecise ? square : decay * (one * one) + (1 - decay) * (value * value));
    }
    return tensorFrom(results, x.shape);
  },
};

/** Calls `use` with the index of the first element of each row and of its first unit. */
function eachRow({ blocks, rows, columns }: Layout, use: (start: number, unit: number) => void): void {
  for (let block = 0, start = 0; block < blocks; block += 1)
    for (let row = 0; row < rows; row += 1, start += columns) use(start, block * columns);
}
