/**
 * Draws `count` orthonormal vectors of length `size`, uniformly over all such sets.
 *
 * Applies Gram–Schmidt twice to Gaussian vectors, which makes them orthogonal up to rounding ("twice is enough",
 * Giraud et al. 2005).
 */
export function orthonormalRows(count: number, size: number, normal: () => number): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < count) {
    const row = Float64Array.from({ length: size }, normal);
    for (let pass = 0; pass < 2; pass += 1) for (const other of rows) subtractProjection(row, other);
    const length = Math.sqrt(dot(row, row));
    // A vector within the span of the others has no direction left, so draw another one.
    if (length < 1e-8) continue;
    for (let i = 0; i < size; i += 1) row[i]! /= length;
    rows.push(row);
  }
  return rows;
}

function subtractProjection(row: Float64Array, unit: Float64Array): void {
  const along = dot(row, unit);
  for (let i = 0; i < row.length; i += 1) row[i]! -= along * unit[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
