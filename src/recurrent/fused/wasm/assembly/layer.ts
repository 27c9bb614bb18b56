// The forward and backward pass of a SimpleRNN, LSTM or GRU layer. All pointers are byte addresses of float32 in a memory
// that belongs to the caller; 0 stands for a tensor that there is not.
//
// The module must have no data segment and no stack of its own, or it would overwrite the heap of tfjs, whose memory it
// imports: no strings, no arrays, no objects.
import { stepBackward, stepForward } from './cells';
import { normOf } from './clipping';
import { addWeightGradient, multiply, packKernel, packTransposed, padRow } from './matrices';
import * as size from './sizes';

export { setClipping } from './clipping';
export { scratchBytes, setSizes, traceBytes } from './sizes';

let isReversed: bool = false;
let hasMask: bool = false;
/** Rows of the result for each sequence; see countOutputRows in layer-call.ts. */
let outputRows: i32 = 0;
let returnsSequences: bool = false;
let returnsCarry: bool = false;

export function setOptions(reversed: bool, masked: bool, rows: i32, sequences: bool, carry: bool): void {
  isReversed = reversed;
  hasMask = masked;
  outputRows = rows;
  returnsSequences = sequences;
  returnsCarry = carry;
}

function floats(count: i32): usize {
  return (<usize>count) << 2;
}

/** Bytes of a state of the whole batch. */
function stateBytes(): usize {
  return size.stateRow * size.batch;
}

/** Copies rows of `columns` float32 between padded states and an unpadded tensor. */
function copyStates(padded: usize, tensor: usize, tensorRow: usize, isOutput: bool): void {
  const bytes = floats(size.units);
  for (let r = 0; r < size.batch; r++, padded += size.stateRow, tensor += tensorRow) {
    if (isOutput) memory.copy(tensor, padded, bytes);
    else padRow(padded, tensor, size.units);
  }
}

/** Copies a [batch, units] tensor, or zeros, into a padded state. */
function openState(padded: usize, tensor: usize): void {
  if (tensor) copyStates(padded, tensor, floats(size.units), false);
  else memory.fill(padded, 0, stateBytes());
}

/**
 * Copies into the trace what the pass starts from.
 *
 * x: [batch, time, features]; bias: [gates·units]; h and c: [batch, units]; mask: [batch, time].
 */
export function openPass(x: usize, bias: usize, h: usize, c: usize, mask: usize, trace: usize): void {
  size.openTrace(trace);
  for (let gate = 0; gate < size.gates; gate++) {
    const to = size.bias + size.stateRow * gate;
    if (bias) padRow(to, bias + floats(gate * size.units), size.units);
    else memory.fill(to, 0, size.stateRow);
  }
  openState(size.hidden, h);
  if (size.gates == 4) openState(size.carries, c);
  let to = size.inputs;
  let toMask = size.masks;
  for (let step = 0; step < size.time; step++) {
    const t = isReversed ? size.time - 1 - step : step;
    for (let b = 0; b < size.batch; b++, to += size.inputRow, toMask += 4) {
      const index = b * size.time + t;
      padRow(to, x + floats(index * size.features), size.features);
      if (mask) store<f32>(toMask, load<f32>(mask + floats(index)));
    }
  }
}

/**
 * Computes every step, and fills the trace and the result.
 *
 * kernel: [features, gates·units]; recurrentKernel: [units, gates·units]; result: [batch, outputRows, units], or 0 to fill
 * the trace alone.
 */
export function forward(kernel: usize, recurrentKernel: usize, trace: usize, scratch: usize, result: usize): void {
  size.openTrace(trace);
  const state = stateBytes();
  // Except for the candidate of a GRU, all gates take h·U in one product.
  const direct = size.stateRow * (size.gates == 3 ? 2 : size.gates);
  const panels = scratch + size.gateRow * size.features;
  packKernel(kernel, size.features, scratch);
  packKernel(recurrentKernel, size.units, panels);
  for (let step = 0; step < size.time; step++) {
    const z = size.gateOutputs + size.gateRow * (step * size.batch);
    const h = size.hidden + state * step;
    const c = size.carries + state * step;
    const product = size.products + state * step;
    for (let r = 0; r < size.batch; r++) memory.copy(z + size.gateRow * r, size.bias, size.gateRow);
    const inputs = size.inputs + size.inputRow * (step * size.batch);
    multiply(inputs, size.inputRow, 4, size.batch, scratch, size.features, z, size.gateRow, size.gateRow);
    multiply(h, size.stateRow, 4, size.batch, panels, size.units, z, size.gateRow, direct);
    stepForward(z, h, c, product, panels + direct * size.units);
    if (hasMask) keepMaskedRows(step, z, h, c, product);
    if (returnsSequences && result) copyStates(h + state, result + floats(step * size.units), resultRow(), true);
  }
  if (!result) return;
  if (!returnsSequences) copyStates(size.hidden + state * size.time, result, resultRow(), true);
  if (returnsCarry) copyStates(size.carries + state * size.time, carryRow(result), resultRow(), true);
}

/** Bytes between the results of two sequences. */
function resultRow(): usize {
  return floats(outputRows * size.units);
}

function carryRow(result: usize): usize {
  return result + floats((outputRows - 1) * size.units);
}

/** Where the mask is 0, keeps the states of the step before and clears what would pass on a gradient. */
function keepMaskedRows(step: i32, z: usize, h: usize, c: usize, product: usize): void {
  const state = stateBytes();
  for (let r = 0; r < size.batch; r++) {
    if (!isMasked(step, r)) continue;
    const row = size.stateRow * r;
    memory.fill(z + size.gateRow * r, 0, size.gateRow);
    memory.copy(h + state + row, h + row, size.stateRow);
    if (size.gates == 4) memory.copy(c + state + row, c + row, size.stateRow);
    if (size.gates > 1) memory.fill(product + row, 0, size.stateRow);
  }
}

function isMasked(step: i32, row: i32): bool {
  return load<f32>(size.masks + floats(step * size.batch + row)) == 0;
}

/**
 * Backpropagates through time: replaces the gates' outputs in the trace by ∂L/∂z.
 *
 * dy: the gradient of the result; dh and dc: [batch, units], receive the gradients of the initial states; norms:
 * receives ‖∂L/∂h‖ of each step in the order of processing, [time] float64.
 */
export function backward(
  recurrentKernel: usize,
  dy: usize,
  dh: usize,
  dc: usize,
  norms: usize,
  trace: usize,
  scratch: usize,
): void {
  size.openTrace(trace);
  const state = stateBytes();
  const gradients = scratch;
  const carryGradients = gradients + state;
  const kept = carryGradients + state;
  const work = kept + state * 2;
  const panels = work + state * 2 + size.gateRow;
  const direct = size.gates == 3 ? 2 : size.gates;
  packTransposed(recurrentKernel, size.units, 0, direct, panels);
  if (size.gates == 3) {
    packTransposed(recurrentKernel, size.units, 2, 3, panels + size.stateRow * (<i32>(size.stateRow >> 2) * 2));
  }
  memory.fill(gradients, 0, state * 2);
  if (returnsCarry) addRows(carryGradients, carryRow(dy));
  for (let step = size.time - 1; step >= 0; step--) {
    if (returnsSequences) addRows(gradients, dy + floats(step * size.units));
    else if (step == size.time - 1) addRows(gradients, dy);
    const z = size.gateOutputs + size.gateRow * (step * size.batch);
    if (hasMask) {
      memory.copy(kept, gradients, state * 2);
      for (let r = 0; r < size.batch; r++) {
        if (isMasked(step, r)) moveMaskedRow(r, gradients, 0, z);
      }
    }
    if (norms) store<f64>(norms + ((<usize>step) << 3), normOf(gradients, size.stateRow));
    stepBackward(
      z,
      size.hidden + state * step,
      size.carries + state * step,
      size.products + state * step,
      panels,
      gradients,
      carryGradients,
      work,
    );
    if (!hasMask) continue;
    for (let r = 0; r < size.batch; r++) {
      if (isMasked(step, r)) moveMaskedRow(r, gradients, kept, z);
    }
  }
  if (dh) copyStates(gradients, dh, floats(size.units), true);
  if (dc) copyStates(carryGradients, dc, floats(size.units), true);
}

/** Restores both gradients of a row from `kept`, or clears them if there is none; the row passes nothing to z. */
function moveMaskedRow(row: i32, gradients: usize, kept: usize, z: usize): void {
  memory.fill(z + size.gateRow * row, 0, size.gateRow);
  const offset = size.stateRow * row;
  const state = stateBytes();
  for (let at = offset; at < state * 2; at += state) {
    if (kept) memory.copy(gradients + at, kept + at, size.stateRow);
    else memory.fill(gradients + at, 0, size.stateRow);
  }
}

/** Adds one row of each sequence of the result to a padded state. */
function addRows(padded: usize, tensor: usize): void {
  for (let r = 0; r < size.batch; r++, padded += size.stateRow, tensor += resultRow()) {
    for (let i: usize = 0; i < floats(size.units); i += 4) {
      store<f32>(padded + i, load<f32>(padded + i) + load<f32>(tensor + i));
    }
  }
}

/** The gradient of the input kernel, [features, gates·units]. After `backward`. */
export function kernelGradient(trace: usize, scratch: usize, gradient: usize): void {
  size.openTrace(trace);
  const padded = openWeightGradient(scratch, size.inputRow);
  addWeightGradient(size.inputs, size.inputRow, padded, 0, size.gateRow, scratch);
  copyWeights(padded, gradient, size.features);
}

/** The gradient of the recurrent kernel, [units, gates·units]. After `backward`. */
export function recurrentGradient(trace: usize, scratch: usize, gradient: usize): void {
  size.openTrace(trace);
  const padded = openWeightGradient(scratch, size.stateRow);
  // The candidate of a GRU multiplies r∘h instead of h.
  const direct = size.gates == 3 ? size.stateRow * 2 : size.gateRow;
  addWeightGradient(size.hidden, size.stateRow, padded, 0, direct, scratch);
  addWeightGradient(size.products, size.stateRow, padded, direct, size.gateRow, scratch);
  copyWeights(padded, gradient, size.units);
}

/** The gradient of the bias, [gates·units]. After `backward`. */
export function biasGradient(trace: usize, scratch: usize, gradient: usize): void {
  size.openTrace(trace);
  const sums = scratch + size.gateRow;
  memory.fill(sums, 0, size.gateRow);
  let z = size.gateOutputs;
  // The sum of each step first, so that the rounding errors of many steps stay small.
  for (let step = 0; step < size.time; step++) {
    memory.fill(scratch, 0, size.gateRow);
    for (let r = 0; r < size.batch; r++, z += size.gateRow) addTo(scratch, z);
    addTo(sums, scratch);
  }
  copyWeights(sums, gradient, 1);
}

function addTo(sums: usize, row: usize): void {
  for (let i: usize = 0; i < size.gateRow; i += 16) {
    v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(row + i)));
  }
}

/** The gradient of the inputs, [batch, time, features]. After `backward`. */
export function inputGradient(trace: usize, scratch: usize, gradient: usize, kernel: usize): void {
  size.openTrace(trace);
  const rows = scratch;
  const bytes = size.inputRow * size.batch;
  const panels = rows + bytes;
  packTransposed(kernel, size.features, 0, size.gates, panels);
  const depth = <i32>(size.gateRow >> 2);
  let z = size.gateOutputs;
  for (let step = 0; step < size.time; step++, z += size.gateRow * size.batch) {
    memory.fill(rows, 0, bytes);
    multiply(z, size.gateRow, 4, size.batch, panels, depth, rows, size.inputRow, size.inputRow);
    const t = isReversed ? size.time - 1 - step : step;
    for (let b = 0; b < size.batch; b++) {
      const to = gradient + floats((b * size.time + t) * size.features);
      memory.copy(to, rows + size.inputRow * b, floats(size.features));
    }
  }
}

/** Clears a padded gradient behind one panel of scratch memory. */
function openWeightGradient(scratch: usize, row: usize): usize {
  const padded = scratch + (size.BLOCK_ROWS << 5);
  memory.fill(padded, 0, (row >> 2) * size.gateRow);
  return padded;
}

/** Copies the units of each gate from padded rows into an unpadded tensor. */
function copyWeights(padded: usize, to: usize, rows: i32): void {
  const bytes = floats(size.units);
  for (let r = 0; r < rows; r++) {
    for (let gate = 0; gate < size.gates; gate++, padded += size.stateRow, to += bytes) memory.copy(to, padded, bytes);
  }
}
