/** Computes Σx² in float64, which no float32 can overflow. */
export function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    sum += value * value;
  }
  return sum;
}

/**
 * Computes ‖x‖ₚ in float64 for p > 0 or Infinity, scaled by the largest magnitude if a power could overflow.
 *
 * The norm for a p near 0 can exceed even float64. It is capped, so the result is infinite only if an element is.
 */
export function scaledNorm(values: ArrayLike<number>, order: number): number {
  if (order === 2) return Math.sqrt(sumOfSquares(values));
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) {
    const magnitude = Math.abs(values[index] ?? 0);
    if (!(magnitude <= largest)) largest = magnitude;
    if (Number.isNaN(largest)) return NaN;
  }
  if (order === Infinity || largest === 0 || largest === Infinity) return largest;
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += (Math.abs(values[index] ?? 0) / largest) ** order;
  return Math.min(largest * sum ** (1 / order), Number.MAX_VALUE);
}

/** Computes ‖x‖ₚ along the middle axis of [blocks, rows, columns]; shape [blocks, columns]. */
export function columnNorms(
  values: ArrayLike<number>,
  blocks: number,
  rows: number,
  columns: number,
  order: number,
): Float64Array {
  const column = new Float64Array(rows);
  return Float64Array.from({ length: blocks * columns }, (_, unit) => {
    const start = Math.floor(unit / columns) * rows * columns + (unit % columns);
    for (let row = 0; row < rows; row += 1) column[row] = values[start + row * columns] ?? 0;
    return scaledNorm(column, order);
  });
}
