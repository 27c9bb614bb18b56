// Loops over float32 elements with one sum, factor or limit for each column or element.
//
// Pointers are byte addresses and need no alignment. A block is [rows, columns], columns fastest; with one column, its
// elements are contiguous. Sums are float64 and added in a fixed order.

const FLOAT: usize = 4;
const DOUBLE: usize = 8;

function scalar(at: usize): f64 {
  return <f64>load<f32>(at);
}

function power(x: f64, isSquared: bool): f64 {
  return isSquared ? x * x : x;
}

function powers(at: usize, isSquared: bool): v128 {
  const x = f64x2.promote_low_f32x4(v128.load64_zero(at));
  return isSquared ? f64x2.mul(x, x) : x;
}

/** Σx or Σx² of contiguous elements. */
function sumOf(from: usize, count: usize, isSquared: bool): f64 {
  const end = from + count * FLOAT;
  const last = from + (count & ~7) * FLOAT;
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; from < last; from += 8 * FLOAT) {
    a = f64x2.add(a, powers(from, isSquared));
    b = f64x2.add(b, powers(from + 8, isSquared));
    c = f64x2.add(c, powers(from + 16, isSquared));
    d = f64x2.add(d, powers(from + 24, isSquared));
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; from < end; from += FLOAT) sum += power(scalar(from), isSquared);
  return sum;
}

/** Adds 16 columns, which fill a cache line, with their sums in registers. */
function addSixteen(from: usize, rows: usize, row: usize, sums: usize, isSquared: bool): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  let c = v128.load(sums, 32);
  let d = v128.load(sums, 48);
  let e = v128.load(sums, 64);
  let f = v128.load(sums, 80);
  let g = v128.load(sums, 96);
  let h = v128.load(sums, 112);
  for (; rows > 0; rows--, from += row) {
    a = f64x2.add(a, powers(from, isSquared));
    b = f64x2.add(b, powers(from + 8, isSquared));
    c = f64x2.add(c, powers(from + 16, isSquared));
    d = f64x2.add(d, powers(from + 24, isSquared));
    e = f64x2.add(e, powers(from + 32, isSquared));
    f = f64x2.add(f, powers(from + 40, isSquared));
    g = f64x2.add(g, powers(from + 48, isSquared));
    h = f64x2.add(h, powers(from + 56, isSquared));
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
  v128.store(sums, e, 64);
  v128.store(sums, f, 80);
  v128.store(sums, g, 96);
  v128.store(sums, h, 112);
}

/** Adds two columns. */
function addTwo(from: usize, rows: usize, row: usize, sums: usize, isSquared: bool): void {
  let sum = v128.load(sums);
  for (; rows > 0; rows--, from += row) sum = f64x2.add(sum, powers(from, isSquared));
  v128.store(sums, sum);
}

/** Adds one column. */
function addOne(from: usize, rows: usize, row: usize, sums: usize, isSquared: bool): void {
  let sum = load<f64>(sums);
  for (; rows > 0; rows--, from += row) sum += power(scalar(from), isSquared);
  store<f64>(sums, sum);
}

/** sums[c] += Σx or Σx² of column c. */
function addColumns(from: usize, rows: usize, columns: usize, sums: usize, isSquared: bool): void {
  if (columns == 1) {
    store<f64>(sums, load<f64>(sums) + sumOf(from, rows, isSquared));
    return;
  }
  const row = columns * FLOAT;
  for (; columns >= 16; columns -= 16, from += 16 * FLOAT, sums += 16 * DOUBLE)
    addSixteen(from, rows, row, sums, isSquared);
  for (; columns >= 2; columns -= 2, from += 2 * FLOAT, sums += 2 * DOUBLE) addTwo(from, rows, row, sums, isSquared);
  if (columns == 1) addOne(from, rows, row, sums, isSquared);
}

/** Adds Σx of each column to float64 sums. */
export function sumColumns(from: usize, rows: usize, columns: usize, sums: usize): void {
  addColumns(from, rows, columns, sums, false);
}

/** Adds Σx² of each column to float64 sums. */
export function squareColumns(from: usize, rows: usize, columns: usize, sums: usize): void {
  addColumns(from, rows, columns, sums, true);
}

function combine(x: v128, y: v128, isProduct: bool): v128 {
  return isProduct ? f32x4.mul(x, y) : f32x4.sub(x, y);
}

/** Combines contiguous elements with `values`, which advances by `step` bytes after four elements. */
function combineRow(from: usize, end: usize, values: usize, to: usize, step: usize, isProduct: bool): void {
  const last = from + ((end - from) & ~15);
  for (; from < last; from += 16, to += 16, values += step) {
    const y = step == 0 ? v128.load32_splat(values) : v128.load(values);
    v128.store(to, combine(v128.load(from), y, isProduct));
  }
  for (; from < end; from += FLOAT, to += FLOAT, values += step >> 2) {
    const x = load<f32>(from);
    const y = load<f32>(values);
    store<f32>(to, isProduct ? x * y : x - y);
  }
}

function combineColumns(from: usize, rows: usize, columns: usize, values: usize, to: usize, isProduct: bool): void {
  if (columns == 1) {
    combineRow(from, from + rows * FLOAT, values, to, 0, isProduct);
    return;
  }
  const row = columns * FLOAT;
  for (; rows > 0; rows--, from += row, to += row) combineRow(from, from + row, values, to, 16, isProduct);
}

/** to = x · factor of its column. */
export function scaleColumns(from: usize, rows: usize, columns: usize, factors: usize, to: usize): void {
  combineColumns(from, rows, columns, factors, to, true);
}

/** to = x − value of its column. */
export function subtractFromColumns(from: usize, rows: usize, columns: usize, values: usize, to: usize): void {
  combineColumns(from, rows, columns, values, to, false);
}

/** Whether |x| > multiple · rms for any element whose rms is above 0. */
export function exceedsMultiples(x: usize, rms: usize, count: usize, multiple: f32): bool {
  const end = x + count * FLOAT;
  const last = x + (count & ~3) * FLOAT;
  const multiples = f32x4.splat(multiple);
  const zero = f32x4.splat(0);
  for (; x < last; x += 16, rms += 16) {
    const one = v128.load(rms);
    const isSpike = f32x4.gt(f32x4.abs(v128.load(x)), f32x4.mul(one, multiples));
    if (v128.any_true(v128.and(isSpike, f32x4.gt(one, zero)))) return true;
  }
  for (; x < end; x += FLOAT, rms += FLOAT) {
    const one = load<f32>(rms);
    if (one > 0 && abs(load<f32>(x)) > one * multiple) return true;
  }
  return false;
}

/** to = sign(x) · min(|x|, multiple · rms) where the rms is above 0, else x. */
export function clampToMultiples(x: usize, rms: usize, count: usize, multiple: f32, to: usize): void {
  const end = x + count * FLOAT;
  for (; x < end; x += FLOAT, rms += FLOAT, to += FLOAT) {
    const value = load<f32>(x);
    const one = load<f32>(rms);
    const limit = one * multiple;
    store<f32>(to, one > 0 && abs(value) > limit ? copysign(limit, value) : value);
  }
}

// Between these, a float32 mean square neither overflows nor loses digits.
const SMALLEST_SQUARE: f32 = 1e-35;
const LARGEST_SQUARE: f32 = 1e38;

/** √(kept·r² + added·x²) in float64 of two elements. */
function preciseRoots(r: v128, x: v128, kept: v128, added: v128): v128 {
  r = f64x2.promote_low_f32x4(r);
  x = f64x2.promote_low_f32x4(x);
  const square = f64x2.add(f64x2.mul(kept, f64x2.mul(r, r)), f64x2.mul(added, f64x2.mul(x, x)));
  return f32x4.demote_f64x2_zero(f64x2.sqrt(square));
}

/** to = √(kept·rms² + added·x²), where kept + added = 1. */
export function movingRms(rms: usize, x: usize, count: usize, kept: f64, added: f64, to: usize): void {
  const end = rms + count * FLOAT;
  const last = rms + (count & ~3) * FLOAT;
  const kept4 = f32x4.splat(<f32>kept);
  const added4 = f32x4.splat(<f32>added);
  const kept2 = f64x2.splat(kept);
  const added2 = f64x2.splat(added);
  const smallest = f32x4.splat(SMALLEST_SQUARE);
  const largest = f32x4.splat(LARGEST_SQUARE);
  for (; rms < last; rms += 16, x += 16, to += 16) {
    const r = v128.load(rms);
    const g = v128.load(x);
    const square = f32x4.add(f32x4.mul(kept4, f32x4.mul(r, r)), f32x4.mul(added4, f32x4.mul(g, g)));
    const isPrecise = v128.and(f32x4.ge(square, smallest), f32x4.le(square, largest));
    if (i32x4.all_true(isPrecise)) {
      v128.store(to, f32x4.sqrt(square));
    } else {
      const low = preciseRoots(r, g, kept2, added2);
      const high = preciseRoots(v128.shuffle<u64>(r, r, 1, 1), v128.shuffle<u64>(g, g, 1, 1), kept2, added2);
      v128.store(to, v128.bitselect(f32x4.sqrt(square), v128.shuffle<u64>(low, high, 0, 2), isPrecise));
    }
  }
  for (; rms < end; rms += FLOAT, x += FLOAT, to += FLOAT) {
    const r = load<f32>(rms);
    const g = load<f32>(x);
    const square = <f32>kept * (r * r) + <f32>added * (g * g);
    if (square >= SMALLEST_SQUARE && square <= LARGEST_SQUARE) store<f32>(to, sqrt<f32>(square));
    else store<f32>(to, <f32>sqrt<f64>(kept * (<f64>r * <f64>r) + added * (<f64>g * <f64>g)));
  }
}
