// Clipping of a gradient of one step, [batch, columns].
import { batch, gateRow, stateRow } from './sizes';

let limit: f64 = Infinity;
let clipsNorm: bool = false;
/** Whether states or, if false, pre-activations are clipped. */
let clipsStates: bool = false;

/** Sets the limit of the pass that follows; `Infinity` clips nothing. */
export function setClipping(largest: f64, byNorm: bool, atStates: bool): void {
  limit = largest;
  clipsNorm = byNorm;
  clipsStates = atStates;
}

export function clipState(at: usize): void {
  if (clipsStates) clip(at, stateRow);
}

export function clipGate(at: usize): void {
  if (!clipsStates) clip(at, gateRow);
}

/** The Euclidean norm of [batch, units] at rows of this many bytes, summed in float64. */
export function normOf(at: usize, row: usize): f64 {
  let sum = f64x2.splat(0);
  for (let r = 0; r < batch; r++, at += row) {
    for (let i: usize = 0; i < stateRow; i += 8) {
      const x = f64x2.promote_low_f32x4(v128.load64_zero(at + i));
      sum = f64x2.add(sum, f64x2.mul(x, x));
    }
  }
  return sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

// What is within the limit keeps its bits, and NaN stays NaN.
function clip(at: usize, row: usize): void {
  if (limit == Infinity) return;
  let factor = f32x4.splat(1);
  if (clipsNorm) {
    const norm = normOf(at, row);
    if (!(norm > limit)) return;
    factor = f32x4.splat(<f32>(limit / norm));
  }
  const most = f32x4.splat(clipsNorm ? Infinity : <f32>limit);
  const least = f32x4.neg(most);
  for (let r = 0; r < batch; r++, at += row) {
    for (let i: usize = 0; i < stateRow; i += 16) {
      const x = f32x4.mul(v128.load(at + i), factor);
      v128.store(at + i, f32x4.max(f32x4.min(x, most), least));
    }
  }
}
