// Float64 matrices as arrays of rows. The code is slow, so that it can be simple.
export type Matrix = number[][];

export const zeros = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
export const map = (a: Matrix, f: (x: number, row: number, column: number) => number): Matrix =>
  a.map((row, i) => row.map((x, j) => f(x, i, j)));
export const plus = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x + b[i]![j]!);
export const times = (a: Matrix, b: Matrix): Matrix => map(a, (x, i, j) => x * b[i]![j]!);
export const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
export const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
export const columns = (a: Matrix, from: number, to: number): Matrix => a.map((row) => row.slice(from, to));
export const beside = (...all: Matrix[]): Matrix => all[0]!.map((_, i) => all.flatMap((a) => a[i]!));
export const norm = (a: Matrix): number => Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0));
export const withRow = (a: Matrix, row: readonly number[]): Matrix => map(a, (x, _, j) => x + row[j]!);
export const columnSums = (a: Matrix): number[] => transposed(a).map((column) => column.reduce((s, x) => s + x, 0));
