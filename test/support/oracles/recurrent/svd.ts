// Singular values by one-sided Jacobi rotations (Hestenes 1958), in float64. Columns are rotated until they are
// orthogonal; their lengths are then the singular values.
import { transposed, type Matrix } from './matrix.ts';

export function singularValues(matrix: Matrix): number[] {
  const columns = transposed(matrix).map((column) => [...column]);
  const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  for (let sweep = 0; sweep < 60; sweep += 1) {
    let largest = 0;
    for (let p = 0; p < columns.length; p += 1) {
      for (let q = p + 1; q < columns.length; q += 1) {
        const [a, b] = [columns[p]!, columns[q]!];
        const [pp, qq, pq] = [dot(a, a), dot(b, b), dot(a, b)];
        if (pq === 0) continue;
        largest = Math.max(largest, Math.abs(pq) / Math.sqrt(pp * qq || 1));
        const zeta = (qq - pp) / (2 * pq);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + t * t);
        const sine = cosine * t;
        columns[p] = a.map((x, i) => cosine * x - sine * b[i]!);
        columns[q] = a.map((x, i) => sine * x + cosine * b[i]!);
      }
    }
    if (largest < 1e-15) break;
  }
  return columns.map((column) => Math.sqrt(dot(column, column))).sort((a, b) => b - a);
}
