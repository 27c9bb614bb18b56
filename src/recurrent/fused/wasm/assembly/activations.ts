// Activations and their slopes over rows of float32. NaN stays NaN everywhere.

const LINEAR: i32 = 0;
const TANH: i32 = 1;
const SIGMOID: i32 = 2;
const HARD_SIGMOID: i32 = 3;
const RELU: i32 = 4;

function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** a·b + c, rounded once where the engine has relaxed SIMD. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * exp(x) − offset for x ≤ 0 and an offset of 0 or 1, to about one unit in the last place.
 *
 * With n = round(x/ln 2) and r = x − n·ln 2, it is 2ⁿ·(exp(r) − 1) + (2ⁿ − offset), where exp(r) − 1 is a polynomial.
 */
function exp(x: v128, offset: v128): v128 {
  // Below −87 float32 has no normal 2ⁿ.
  x = f32x4.max(x, splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, splat(1.44269504)));
  // ln 2 in two parts; n times the first part is exact.
  const r = f32x4.add(f32x4.add(x, f32x4.mul(n, splat(-0.693359375))), f32x4.mul(n, splat(2.1219444e-4)));
  let p = multiplyAdd(r, splat(1.9875691e-4), splat(1.3981999e-3));
  p = multiplyAdd(r, p, splat(8.3334519e-3));
  p = multiplyAdd(r, p, splat(4.1665796e-2));
  p = multiplyAdd(r, p, splat(1.6666665e-1));
  p = multiplyAdd(r, p, splat(0.5));
  p = multiplyAdd(f32x4.mul(r, r), p, r);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return multiplyAdd(power, p, f32x4.sub(power, offset));
}

/** tanh|x| = |e|/(2 + e) with e = exp(−2|x|) − 1, which keeps its relative precision near 0. */
function tanh(x: v128): v128 {
  const e = exp(f32x4.mul(f32x4.abs(x), splat(-2)), splat(1));
  const magnitude = f32x4.div(f32x4.abs(e), f32x4.add(e, splat(2)));
  return v128.or(magnitude, v128.and(x, i32x4.splat(0x80000000)));
}

/** 1/(1 + t) for x ≥ 0 and t/(1 + t) for x < 0, with t = exp(−|x|). */
function sigmoid(x: v128): v128 {
  const t = exp(f32x4.neg(f32x4.abs(x)), splat(0));
  const numerator = v128.bitselect(t, splat(1), f32x4.lt(x, splat(0)));
  return f32x4.div(numerator, f32x4.add(t, splat(1)));
}

/** Replaces the first `bytes` of each row by their activation. */
export function activate(kind: i32, at: usize, rows: i32, row: usize, bytes: usize): void {
  if (kind == LINEAR) return;
  for (; rows > 0; rows--, at += row) {
    const end = at + bytes;
    for (let i = at; i < end; i += 16) {
      const x = v128.load(i);
      let y: v128;
      if (kind == TANH) y = tanh(x);
      else if (kind == SIGMOID) y = sigmoid(x);
      else if (kind == RELU) y = f32x4.max(x, splat(0));
      else y = f32x4.min(f32x4.max(f32x4.add(f32x4.mul(x, splat(0.2)), splat(0.5)), splat(0)), splat(1));
      v128.store(i, y);
    }
  }
}

/** `to` = gradient · φ′, with the slope taken from the outputs; `to` may be either operand. */
export function multiplyBySlope(kind: i32, gradient: usize, outputs: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const a = v128.load(outputs + i);
    let slope = splat(1);
    if (kind == TANH) slope = f32x4.sub(slope, f32x4.mul(a, a));
    else if (kind == SIGMOID) slope = f32x4.mul(a, f32x4.sub(slope, a));
    else if (kind != LINEAR) {
      let inside = f32x4.gt(a, splat(0));
      if (kind == HARD_SIGMOID) {
        inside = v128.and(inside, f32x4.lt(a, slope));
        slope = splat(0.2);
      }
      // A zero slope is written 0·a, so that NaN stays NaN.
      slope = v128.bitselect(slope, f32x4.mul(a, splat(0)), inside);
    }
    v128.store(to + i, f32x4.mul(v128.load(gradient + i), slope));
  }
}
