// The equations of each cell for one step, over the whole batch. The products with weights are done by the caller, except
// where a cell has a second one.
import { activate, multiplyBySlope } from './activations';
import { clipGate, clipState } from './clipping';
import { multiply } from './matrices';
import { batch, gateRow, gates, phi, sigma, stateRow, units } from './sizes';

function load4(at: usize): v128 {
  return v128.load(at);
}

/**
 * Computes one step from z, which holds x·W + b, plus h·U of the gates that precede the activations.
 *
 * @param h h before the step; h after it follows one state further
 * @param c LSTM: c before the step; c after it follows one state further
 * @param product LSTM: receives φ(c); GRU: receives r∘h
 * @param panels GRU: the packed recurrent kernel of the candidate
 */
export function stepForward(z: usize, h: usize, c: usize, product: usize, panels: usize): void {
  const state = <usize>batch * stateRow;
  if (gates == 1) {
    activate(phi, z, batch, gateRow, stateRow);
    memory.copy(h + state, z, state);
  } else if (gates == 4) {
    activate(sigma, z, batch, gateRow, stateRow * 2);
    activate(phi, z + stateRow * 2, batch, gateRow, stateRow);
    activate(sigma, z + stateRow * 3, batch, gateRow, stateRow);
    nextCarry(z, c, product);
    activate(phi, product, 1, 0, state);
    multiplyRows(z + stateRow * 3, product, h + state);
  } else {
    activate(sigma, z, batch, gateRow, stateRow * 2);
    multiplyRows(z + stateRow, h, product);
    multiply(product, stateRow, 4, batch, panels, units, z + stateRow * 2, gateRow, stateRow);
    activate(phi, z + stateRow * 2, batch, gateRow, stateRow);
    interpolate(z, h, h + state);
  }
}

/** LSTM: c′ = f∘c + i∘g, written after c and to `product`. */
function nextCarry(z: usize, c: usize, product: usize): void {
  const state = <usize>batch * stateRow;
  const end = c + state;
  for (; c < end; z += gateRow) {
    for (let i = z; i < z + stateRow; i += 16, c += 16, product += 16) {
      const f = load4(i + stateRow);
      const g = load4(i + stateRow * 2);
      const next = f32x4.add(f32x4.mul(f, load4(c)), f32x4.mul(load4(i), g));
      v128.store(c + state, next);
      v128.store(product, next);
    }
  }
}

/** to = gate∘x, where the gate has rows of all gates, and the others of one state. */
function multiplyRows(gate: usize, x: usize, to: usize): void {
  const end = x + <usize>batch * stateRow;
  for (; x < end; gate += gateRow) {
    for (let i = gate; i < gate + stateRow; i += 16, x += 16, to += 16) {
      v128.store(to, f32x4.mul(load4(i), load4(x)));
    }
  }
}

/** GRU: h′ = u∘h + (1 − u)∘a. */
function interpolate(z: usize, h: usize, to: usize): void {
  const end = h + <usize>batch * stateRow;
  for (; h < end; z += gateRow) {
    for (let i = z; i < z + stateRow; i += 16, h += 16, to += 16) {
      const u = load4(i);
      const a = f32x4.mul(f32x4.sub(f32x4.splat(1), u), load4(i + stateRow * 2));
      v128.store(to, f32x4.add(f32x4.mul(u, load4(h)), a));
    }
  }
}

/**
 * Replaces the gates' outputs in z by ∂L/∂z, and dh (and dc) by the gradients of the state before the step.
 *
 * @param panels the packed transposed recurrent kernel; of a GRU, that of u and r and then that of the candidate
 * @param scratch a row of all gates, then three states
 */
export function stepBackward(
  z: usize,
  h: usize,
  c: usize,
  product: usize,
  panels: usize,
  dh: usize,
  dc: usize,
  scratch: usize,
): void {
  const state = <usize>batch * stateRow;
  const depth = <i32>(stateRow >> 2);
  clipState(dh);
  if (gates == 3) {
    backwardGRU(z, h, panels, dh, scratch);
    return;
  }
  if (gates == 1) {
    multiplyBySlope(phi, dh, h + state, z, state);
  } else {
    carryGradient(z, product, dh, dc, scratch);
    clipState(dc);
    gateGradients(z, c, product, dh, dc, scratch);
  }
  clipGates(z, 0, gates);
  memory.fill(dh, 0, state);
  multiply(z, gateRow, 4, batch, panels, depth * gates, dh, stateRow, stateRow);
}

function clipGates(z: usize, from: i32, to: i32): void {
  for (let gate = from; gate < to; gate++) clipGate(z + stateRow * gate);
}

/** LSTM: dc += dh∘o∘φ′. */
function carryGradient(z: usize, product: usize, dh: usize, dc: usize, scratch: usize): void {
  multiplyRows(z + stateRow * 3, dh, scratch);
  const state = <usize>batch * stateRow;
  multiplyBySlope(phi, scratch, product, scratch, state);
  for (const end = dc + state; dc < end; dc += 16, scratch += 16) {
    v128.store(dc, f32x4.add(load4(dc), load4(scratch)));
  }
}

/** LSTM: ∂L/∂z of the gates, and dc∘f. */
function gateGradients(z: usize, c: usize, product: usize, dh: usize, dc: usize, row: usize): void {
  for (const end = dc + <usize>batch * stateRow; dc < end; z += gateRow) {
    let to = row;
    for (let i = z; i < z + stateRow; i += 16) {
      const carry = load4(dc);
      v128.store(to, f32x4.mul(carry, load4(i + stateRow * 2)));
      v128.store(to + stateRow, f32x4.mul(carry, load4(c)));
      v128.store(to + stateRow * 2, f32x4.mul(carry, load4(i)));
      v128.store(to + stateRow * 3, f32x4.mul(load4(dh), load4(product)));
      v128.store(dc, f32x4.mul(carry, load4(i + stateRow)));
      to += 16;
      dc += 16;
      c += 16;
      dh += 16;
      product += 16;
    }
    multiplyBySlope(sigma, row, z, z, stateRow * 2);
    multiplyBySlope(phi, row + stateRow * 2, z + stateRow * 2, z + stateRow * 2, stateRow);
    multiplyBySlope(sigma, row + stateRow * 3, z + stateRow * 3, z + stateRow * 3, stateRow);
  }
}

/** GRU: first the candidate, whose gradient is needed for that of the reset gate. */
function backwardGRU(z: usize, h: usize, panels: usize, dh: usize, scratch: usize): void {
  const state = <usize>batch * stateRow;
  const depth = <i32>(stateRow >> 2);
  const candidate = z + stateRow * 2;
  const update = scratch;
  const reset = update + state;
  const row = reset + state;
  let d = dh;
  let i = z;
  let x = h;
  let to = update;
  for (let r = 0; r < batch; r++, i += gateRow) {
    for (let j: usize = 0; j < stateRow; j += 16) {
      const u = load4(i + j);
      const a = load4(i + j + stateRow * 2);
      const gradient = load4(d);
      v128.store(to, f32x4.mul(gradient, f32x4.sub(load4(x), a)));
      v128.store(row + j, f32x4.mul(gradient, f32x4.sub(f32x4.splat(1), u)));
      v128.store(d, f32x4.mul(gradient, u));
      d += 16;
      x += 16;
      to += 16;
    }
    multiplyBySlope(phi, row, i + stateRow * 2, i + stateRow * 2, stateRow);
  }
  clipGates(z, 2, 3);
  memory.fill(reset, 0, state);
  // The panels of the candidate follow those of u and r.
  multiply(candidate, gateRow, 4, batch, panels + stateRow * (depth * 2), depth, reset, stateRow, stateRow);
  d = dh;
  i = z;
  x = h;
  let from = reset;
  to = update;
  for (let r = 0; r < batch; r++, i += gateRow, to += stateRow) {
    for (let j: usize = 0; j < stateRow; j += 16) {
      const gradient = load4(from);
      v128.store(d, f32x4.add(load4(d), f32x4.mul(gradient, load4(i + j + stateRow))));
      v128.store(row + j, f32x4.mul(gradient, load4(x)));
      d += 16;
      x += 16;
      from += 16;
    }
    multiplyBySlope(sigma, to, i, i, stateRow);
    multiplyBySlope(sigma, row, i + stateRow, i + stateRow, stateRow);
  }
  clipGates(z, 0, 2);
  multiply(z, gateRow, 4, batch, panels, depth * 2, dh, stateRow, stateRow);
}
