/** A matrix of float64 on the host, row by row. */
export interface HostMatrix {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  /** The first of `columns` adjacent columns out of `stride`. */
  readonly from: number;
  readonly stride: number;
}

const MAX_ITERATIONS = 1000;
// The relative change of the norm between iterations; the error of the norm is about as large.
const TOLERANCE = 1e-10;

/**
 * The largest singular value σ₁ by power iteration on AᵀA.
 *
 *     v ← AᵀA·v / ‖AᵀA·v‖        σ₁ = ‖A·v‖
 */
export function spectralNorm(matrix: HostMatrix): number {
  const { columns } = matrix;
  // A fixed vector without symmetry is orthogonal to the singular vector only in contrived cases.
  let v = normalize(Float64Array.from({ length: columns }, (_, i) => 1 + 0.5 * Math.sin(1 + 7.3 * i)));
  let norm = 0;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration += 1) {
    const image = multiply(matrix, v);
    const next = euclideanNorm(image);
    if (next === 0 || !Number.isFinite(next)) return next;
    if (Math.abs(next - norm) <= TOLERANCE * next) return next;
    norm = next;
    v = normalize(multiplyTransposed(matrix, image));
  }
  return norm;
}

function multiply({ values, rows, columns, from, stride }: HostMatrix, v: Float64Array): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    for (let column = 0; column < columns; column += 1) sum += values[row * stride + from + column]! * v[column]!;
    result[row] = sum;
  }
  return result;
}

function multiplyTransposed({ values, rows, columns, from, stride }: HostMatrix, u: Float64Array): Float64Array {
  const result = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      result[column]! += values[row * stride + from + column]! * u[row]!;
    }
  }
  return result;
}

function normalize(v: Float64Array): Float64Array {
  const length = euclideanNorm(v);
  return v.map((x) => x / length);
}

function euclideanNorm(v: Float64Array): number {
  return Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
}
