/**
 * Writes a·b of row-major matrices, [rows, inner]·[inner, columns], into `target`; sums in float64.
 *
 * Reads both factors in order, four columns at once, which is several times faster than the kernel of the cpu backend.
 */
export function multiply(
  a: Float32Array,
  b: Float32Array,
  target: Float32Array,
  { rows, inner, columns }: { rows: number; inner: number; columns: number },
): void {
  const transposed = new Float32Array(inner * columns);
  for (let k = 0; k < inner; k += 1) {
    for (let column = 0; column < columns; column += 1) transposed[column * inner + k] = b[k * columns + column]!;
  }
  const even = columns - (columns % 4);
  for (let column = 0; column < even; column += 4) {
    const from0 = column * inner;
    const [from1, from2, from3] = [from0 + inner, from0 + 2 * inner, from0 + 3 * inner];
    for (let row = 0; row < rows; row += 1) {
      const from = row * inner;
      let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
      for (let k = 0; k < inner; k += 1) {
        const x = a[from + k]!;
        sum0 += x * transposed[from0 + k]!;
        sum1 += x * transposed[from1 + k]!;
        sum2 += x * transposed[from2 + k]!;
        sum3 += x * transposed[from3 + k]!;
      }
      const to = row * columns + column;
      target[to] = sum0;
      target[to + 1] = sum1;
      target[to + 2] = sum2;
      target[to + 3] = sum3;
    }
  }
  for (let column = even; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) {
      let sum = 0;
      for (let k = 0; k < inner; k += 1) sum += a[row * inner + k]! * transposed[column * inner + k]!;
      target[row * columns + column] = sum;
    }
  }
}
