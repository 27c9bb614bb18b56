// The sizes of the pass in progress, and the addresses in its trace: what the forward pass keeps for the backward pass.
// Rows are padded with zeros to multiples of 8 columns, so a vector loop over a row has no remainder.

/** Number of gates, which tells the cells apart: SimpleRNN 1, GRU 3, LSTM 4. */
export let gates: i32 = 0;
/** The numbers of the activations, see activations.ts. */
export let phi: i32 = 0;
export let sigma: i32 = 0;
export let batch: i32 = 0;
export let time: i32 = 0;
export let features: i32 = 0;
export let units: i32 = 0;

/** Bytes of one padded row of inputs, of a state, and of all gates. */
export let inputRow: usize = 0;
export let stateRow: usize = 0;
export let gateRow: usize = 0;

/** The bias, [gateRow]. */
export let bias: usize = 0;
/** Inputs of each step in the order of processing, [time, batch, inputRow]. */
export let inputs: usize = 0;
/** The gates' outputs, [time, batch, gateRow]; the backward pass replaces them by ∂L/∂z. */
export let gateOutputs: usize = 0;
/** h before each step and after the last, [time + 1, batch, stateRow]. */
export let hidden: usize = 0;
/** LSTM: c in the same order. */
export let carries: usize = 0;
/** LSTM: φ(c) of each step; GRU: r∘h. [time, batch, stateRow] */
export let products: usize = 0;
/** 0 or 1 for each step and row, [time, batch]. */
export let masks: usize = 0;

/** The most bytes that the scratch memory of one function can need beside the padded weights. */
const STATE_BUFFERS: i32 = 6;
/** Rows that one block of a weight gradient sums over. */
export const BLOCK_ROWS: i32 = 64;

function paddedBytes(columns: i32): usize {
  return (<usize>((columns + 7) & ~7)) << 2;
}

export function setSizes(
  numberOfGates: i32,
  activation: i32,
  recurrentActivation: i32,
  batchSize: i32,
  steps: i32,
  inputSize: i32,
  stateSize: i32,
): void {
  gates = numberOfGates;
  phi = activation;
  sigma = recurrentActivation;
  batch = batchSize;
  time = steps;
  features = inputSize;
  units = stateSize;
  inputRow = paddedBytes(features);
  stateRow = paddedBytes(units);
  gateRow = stateRow * gates;
}

/** Bytes of the trace. In float64, because large sizes overflow an address. */
export function traceBytes(): f64 {
  const statesPerStep = gates == 4 ? 3 : gates == 3 ? 2 : 1;
  const perStep = <f64>(inputRow + gateRow + stateRow * statesPerStep) + 4;
  return perStep * <f64>batch * <f64>time + <f64>(stateRow * 2) * <f64>batch + <f64>gateRow;
}

/** Bytes of scratch memory that any one function needs. */
export function scratchBytes(): f64 {
  const weights = <f64>gateRow * <f64>(max(inputRow, stateRow) >> 2);
  const packed = <f64>gateRow * <f64>(features + units);
  const rows = <f64>(stateRow * STATE_BUFFERS + gateRow + inputRow) * <f64>batch;
  return max(weights, packed) + rows + <f64>gateRow + <f64>(BLOCK_ROWS * 32);
}

/** Sets the addresses in a trace at this address. */
export function openTrace(trace: usize): void {
  const rows = <usize>batch * time;
  const states = rows * stateRow;
  const first = <usize>batch * stateRow;
  bias = trace;
  inputs = bias + gateRow;
  gateOutputs = inputs + rows * inputRow;
  hidden = gateOutputs + rows * gateRow;
  carries = hidden + states + first;
  products = carries + (gates == 4 ? states + first : 0);
  masks = products + (gates == 1 ? 0 : states);
}
