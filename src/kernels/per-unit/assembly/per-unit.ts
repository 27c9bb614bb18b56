// Loops over float32 elements with one sum, factor or limit for each column or element.
//
// Pointers are byte addresses and need no alignment. A block is [rows, columns], columns fastest; with one column, its
// elements are contiguous. Sums are float64 and added in a fixed order.
//
// A type parameter selects the arithmetic of a loop, because a choice at run time would slow down every element.

const FLOAT: usize = 4;
const DOUBLE: usize = 8;

class Sum {}
class Square {}
class Product {}
class Difference {}
class Each {}
class Common {}

function scalar<Term>(at: usize): f64 {
  const x = <f64>load<f32>(at);
  return idof<Term>() == idof<Square>() ? x * x : x;
}

function pair<Term>(at: usize): v128 {
  const x = f64x2.promote_low_f32x4(v128.load64_zero(at));
  return idof<Term>() == idof<Square>() ? f64x2.mul(x, x) : x;
}

/** Σx or Σx² of contiguous elements. */
function sumOf<Term>(from: usize, count: usize): f64 {
  const end = from + count * FLOAT;
  const last = from + (count & ~7) * FLOAT;
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; from < last; from += 8 * FLOAT) {
    a = f64x2.add(a, pair<Term>(from));
    b = f64x2.add(b, pair<Term>(from + 8));
    c = f64x2.add(c, pair<Term>(from + 16));
    d = f64x2.add(d, pair<Term>(from + 24));
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; from < end; from += FLOAT) sum += scalar<Term>(from);
  return sum;
}

/** Adds 16 columns, which fill a cache line, with their sums in registers. */
function addSixteen<Term>(from: usize, rows: usize, row: usize, sums: usize): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  let c = v128.load(sums, 32);
  let d = v128.load(sums, 48);
  let e = v128.load(sums, 64);
  let f = v128.load(sums, 80);
  let g = v128.load(sums, 96);
  let h = v128.load(sums, 112);
  for (; rows > 0; rows--, from += row) {
    a = f64x2.add(a, pair<Term>(from));
    b = f64x2.add(b, pair<Term>(from + 8));
    c = f64x2.add(c, pair<Term>(from + 16));
    d = f64x2.add(d, pair<Term>(from + 24));
    e = f64x2.add(e, pair<Term>(from + 32));
    f = f64x2.add(f, pair<Term>(from + 40));
    g = f64x2.add(g, pair<Term>(from + 48));
    h = f64x2.add(h, pair<Term>(from + 56));
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
function addTwo<Term>(from: usize, rows: usize, row: usize, sums: usize): void {
  let sum = v128.load(sums);
  for (; rows > 0; rows--, from += row) sum = f64x2.add(sum, pair<Term>(from));
  v128.store(sums, sum);
}

/** Adds one column. */
function addOne<Term>(from: usize, rows: usize, row: usize, sums: usize): void {
  let sum = load<f64>(sums);
  for (; rows > 0; rows--, from += row) sum += scalar<Term>(from);
  store<f64>(sums, sum);
}

/** sums[c] += Σx or Σx² of column c. */
function addColumns<Term>(from: usize, rows: usize, columns: usize, sums: usize): void {
  if (columns == 1) {
    store<f64>(sums, load<f64>(sums) + sumOf<Term>(from, rows));
    return;
  }
  const row = columns * FLOAT;
  for (; columns >= 16; columns -= 16, from += 16 * FLOAT, sums += 16 * DOUBLE) addSixteen<Term>(from, rows, row, sums);
  for (; columns >= 2; columns -= 2, from += 2 * FLOAT, sums += 2 * DOUBLE) addTwo<Term>(from, rows, row, sums);
  if (columns == 1) addOne<Term>(from, rows, row, sums);
}

/** Adds Σx of each column to float64 sums. */
export function sumColumns(from: usize, rows: usize, columns: usize, sums: usize): void {
  addColumns<Sum>(from, rows, columns, sums);
}

/** Adds Σx² of each column to float64 sums. */
export function squareColumns(from: usize, rows: usize, columns: usize, sums: usize): void {
  addColumns<Square>(from, rows, columns, sums);
}

function combine<Operation>(x: v128, y: v128): v128 {
  return idof<Operation>() == idof<Product>() ? f32x4.mul(x, y) : f32x4.sub(x, y);
}

/** Combines contiguous elements with one value each, or with one value for all. */
function combineRow<Operation, Values>(from: usize, end: usize, values: usize, to: usize): void {
  const step: usize = idof<Values>() == idof<Each>() ? 16 : 0;
  const last = from + ((end - from) & ~15);
  for (; from < last; from += 16, to += 16, values += step) {
    const y = step == 0 ? v128.load32_splat(values) : v128.load(values);
    v128.store(to, combine<Operation>(v128.load(from), y));
  }
  for (; from < end; from += FLOAT, to += FLOAT, values += step >> 2)
    v128.store_lane<f32>(to, combine<Operation>(v128.load32_zero(from), v128.load32_zero(values)), 0);
}

function combineColumns<Operation>(from: usize, rows: usize, columns: usize, values: usize, to: usize): void {
  if (columns == 1) {
    combineRow<Operation, Common>(from, from + rows * FLOAT, values, to);
    return;
  }
  const row = columns * FLOAT;
  for (; rows > 0; rows--, from += row, to += row) combineRow<Operation, Each>(from, from + row, values, to);
}

/** to = x · factor of its column. */
export function scaleColumns(from: usize, rows: usize, columns: usize, factors: usize, to: usize): void {
  combineColumns<Product>(from, rows, columns, factors, to);
}

/** to = x − value of its column. */
export function subtractFromColumns(from: usize, rows: usize, columns: usize, values: usize, to: usize): void {
  combineColumns<Difference>(from, rows, columns, values, to);
}

// Between these, a float32 mean square neither overflows nor loses digits.
const SMALLEST_SQUARE: f32 = 1e-35;
const LARGEST_SQUARE: f32 = 1e38;

/**
 * to = √(kept·rms² + added·y²), where kept + added = 1 and y is x clamped as in `clampToMultiples`. Returns whether any y
 * is not x.
 */
export function trackRms(x: usize, rms: usize, count: usize, multiple: f32, kept: f64, added: f64, to: usize): bool {
  const end = x + count * FLOAT;
  const last = x + (count & ~3) * FLOAT;
  const multiples = f32x4.splat(multiple);
  const kept4 = f32x4.splat(<f32>kept);
  const added4 = f32x4.splat(<f32>added);
  const smallest = f32x4.splat(SMALLEST_SQUARE);
  const largest = f32x4.splat(LARGEST_SQUARE);
  let exceeds = false;
  while (x < end) {
    for (; x < last; x += 16, rms += 16, to += 16) {
      const value = v128.load(x);
      const r = v128.load(rms);
      const square = f32x4.add(f32x4.mul(kept4, f32x4.mul(r, r)), f32x4.mul(added4, f32x4.mul(value, value)));
      const isSpike = f32x4.gt(f32x4.abs(value), f32x4.mul(r, multiples));
      const isImprecise = v128.or(f32x4.lt(square, smallest), f32x4.gt(square, largest));
      if (v128.any_true(v128.or(isSpike, isImprecise))) break;
      v128.store(to, f32x4.sqrt(square));
    }
    // Four elements of which one is a spike or needs float64, or those after the last four.
    for (const stop = min(x + 16, end); x < stop; x += FLOAT, rms += FLOAT, to += FLOAT) {
      let value = load<f32>(x);
      const r = load<f32>(rms);
      const limit = r * multiple;
      if (r > 0 && abs(value) > limit) {
        value = limit;
        exceeds = true;
      }
      const square = <f32>kept * (r * r) + <f32>added * (value * value);
      if (square >= SMALLEST_SQUARE && square <= LARGEST_SQUARE) store<f32>(to, sqrt<f32>(square));
      else store<f32>(to, <f32>sqrt<f64>(kept * (<f64>r * <f64>r) + added * (<f64>value * <f64>value)));
    }
  }
  return exceeds;
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
