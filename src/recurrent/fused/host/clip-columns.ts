import type { ClipSettings } from '../../clip/clip-options.ts';

/**
 * Clips columns `from` to `to` of a [rows, width] matrix in place, by value or by the norm of all of them.
 *
 * NaN stays NaN, and values within the limit stay bit-identical.
 */
export function clipColumns(
  values: Float32Array,
  { maxAbs, maxNorm }: ClipSettings,
  { width, from, to }: { width: number; from: number; to: number },
): void {
  if (maxAbs !== null) {
    eachColumn((i) => {
      const value = values[i]!;
      if (value > maxAbs) values[i] = maxAbs;
      else if (value < -maxAbs) values[i] = -maxAbs;
    });
    return;
  }
  const limit = maxNorm ?? Infinity;
  let squares = 0;
  eachColumn((i) => (squares += values[i]! * values[i]!));
  const norm = Math.sqrt(squares);
  if (!(norm > limit)) return;
  const factor = limit / norm;
  eachColumn((i) => (values[i]! *= factor));

  function eachColumn(visit: (index: number) => void): void {
    for (let row = 0; row < values.length; row += width) {
      for (let i = row + from; i < row + to; i += 1) visit(i);
    }
  }
}
