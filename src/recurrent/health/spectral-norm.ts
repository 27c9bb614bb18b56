/** A square matrix of float64, row by row. */
export interface SquareMatrix {
  readonly values: Float64Array;
  readonly size: number;
}

/** Takes `size` adjacent columns, the first at `from`, out of a matrix of `width` columns. */
export function takeColumns(values: ArrayLike<number>, size: number, from: number, width: number): SquareMatrix {
  const taken = Float64Array.from({ length: size * size }, (_, index) => {
    const row = Math.floor(index / size);
    return values[row * width + from + (index % size)]!;
  });
  return { values: taken, size };
}

/**
 * The largest singular value σ₁, exact up to rounding; NaN for a matrix with NaN or Infinity.
 *
 * It is the root of the largest eigenvalue of AᵀA, which Householder reflections make tridiagonal and bisection with
 * Sturm counts encloses.
 *
 * Source: Golub & Van Loan, Matrix computations, sections 8.3.1 and 8.4.1.
 */
export function spectralNorm({ values, size }: SquareMatrix): number {
  const scale = maxAbs(values);
  // Scaled, squares neither overflow nor vanish.
  return scale > 0 && Number.isFinite(scale)
    ? scale * Math.sqrt(largestEigenvalue(tridiagonalize(gram(values, size, scale), size)))
    : scale;
}

/** The largest |a|, or NaN if an element is NaN or Infinity. */
export function maxAbs(values: Float64Array): number {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return Number.isFinite(largest) ? largest : NaN;
}

/** AᵀA / scale². */
function gram(values: Float64Array, size: number, scale: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    const a = values.subarray(row * size, (row + 1) * size).map((value) => value / scale);
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j < size; j += 1) product[i * size + j]! += a[i]! * a[j]!;
    }
  }
  return product;
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** The elements beside the diagonal; one fewer. */
  readonly beside: Float64Array;
}

/** Overwrites the symmetric matrix A with (I − βvvᵀ)·A·(I − βvvᵀ), column after column. */
function tridiagonalize(a: Float64Array, size: number): Tridiagonal {
  const beside = new Float64Array(Math.max(0, size - 1));
  for (let k = 0; k < size - 1; k += 1) {
    const v = new Float64Array(size);
    for (let i = k + 1; i < size; i += 1) v[i] = a[i * size + k]!;
    const first = v[k + 1]!;
    const length = Math.sqrt(dot(v, v)) * (first > 0 ? -1 : 1);
    beside[k] = length;
    v[k + 1] = first - length;
    const squares = dot(v, v);
    if (squares > 0) reflect(a, size, k + 1, v, 2 / squares);
  }
  return { diagonal: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), beside };
}

/** A − v·wᵀ − w·vᵀ for the rows and columns from `start` on, where p = β·A·v and w = p − (β/2)(pᵀv)·v. */
function reflect(a: Float64Array, size: number, start: number, v: Float64Array, beta: number): void {
  const w = new Float64Array(size);
  for (let i = start; i < size; i += 1) {
    let sum = 0;
    for (let j = start; j < size; j += 1) sum += a[i * size + j]! * v[j]!;
    w[i] = beta * sum;
  }
  const half = (beta / 2) * dot(w, v);
  for (let i = start; i < size; i += 1) w[i]! -= half * v[i]!;
  for (let i = start; i < size; i += 1) {
    for (let j = start; j < size; j += 1) a[i * size + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
  }
}

function largestEigenvalue({ diagonal, beside }: Tridiagonal): number {
  const size = diagonal.length;
  let low = Math.max(...diagonal);
  // Gershgorin's bound.
  let high = Math.max(...diagonal.map((d, i) => d + Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0)));
  while (high - low > 4 * Number.EPSILON * high) {
    const middle = (low + high) / 2;
    if (countBelow(middle) === size) high = middle;
    else low = middle;
  }
  return high;

  /** The number of eigenvalues below x. */
  function countBelow(x: number): number {
    let count = 0;
    let q = 1;
    for (let i = 0; i < size; i += 1) {
      const b = beside[i - 1] ?? 0;
      q = diagonal[i]! - x - (b * b) / q;
      if (q < 0) count += 1;
      if (q === 0) q = Number.MIN_VALUE;
    }
    return count;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
