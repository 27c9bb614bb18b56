import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { timeIndexOf, countOutputRows, type LayerCall } from '../layer-call.ts';
import type { HostCell } from './cell.ts';
import { clipColumns } from './clip-columns.ts';
import type { HostBuffers } from './buffers.ts';
import type { Trace } from './forward.ts';
import { computeKernelGradient } from './kernel-gradient.ts';
import { Products } from './products.ts';

/** The tensors that tfjs passes to the backward pass. */
interface BackwardInputs {
  /** [batch, rows, units] */
  readonly dy: Tensor;
  /** The gates' outputs, [batch·time, gates·units]. */
  readonly gates: Tensor;
  readonly recurrentKernel: Tensor;
}

/** Backpropagates through time, and returns the gradients in the order of {@link differentiableInputs}. */
export function runBackward(
  buffers: HostBuffers,
  cell: HostCell,
  call: LayerCall,
  trace: Trace,
  { dy, gates, recurrentKernel }: BackwardInputs,
): Tensor[] {
  const { batch, time, units } = call;
  const width = cell.gates * units;
  const dZ = buffers.allocate([batch * time, width]);
  const dBias = new Float64Array(width);
  const products = new Products(buffers, recurrentKernel, cell.blocks(units), batch, true);
  let gradients: Float32Array[];
  try {
    gradients = backpropagateThroughTime(buffers, cell, call, trace, {
      dy: buffers.view(dy).slice(),
      gates,
      products,
      dZ,
      dBias,
    });
  } finally {
    products.dispose();
  }
  const dKernel = computeKernelGradient(buffers, cell, call, trace, gates, dZ);
  const toTensor = (shape: number[], values: Float32Array | Float64Array): Tensor => {
    const info = buffers.allocate(shape);
    buffers.view(info).set(values);
    return buffers.toTensor(info);
  };
  return [
    buffers.toTensor(dZ),
    buffers.toTensor(dKernel),
    ...(call.bias ? [toTensor([width], dBias)] : []),
    ...(call.initialStates ? gradients.map((gradient) => toTensor([batch, units], gradient)) : []),
  ];
}

interface BackwardBuffers {
  readonly dy: Float32Array;
  readonly gates: TensorInfo;
  readonly products: Products;
  readonly dZ: TensorInfo;
  readonly dBias: Float64Array;
}

/** Fills dZ and dBias, and returns ∂L/∂ of the initial states, [batch, units] each. */
function backpropagateThroughTime(
  buffers: HostBuffers,
  cell: HostCell,
  call: LayerCall,
  { context, slots, mask }: Trace,
  { dy, gates, products, dZ, dBias }: BackwardBuffers,
): Float32Array[] {
  const { batch, time, units, clipping, returnSequences, returnCarry, onGradient } = call;
  const width = cell.gates * units;
  const rows = countOutputRows(call);
  const dz = new Float32Array(batch * width);
  const gradients = Array.from({ length: cell.states }, () => new Float32Array(batch * units));
  const [dh, dc] = gradients as [Float32Array, Float32Array | undefined];
  const addOutputGradient = (target: Float32Array, outputRow: number): void => {
    for (let row = 0; row < batch; row += 1) {
      const from = (row * rows + outputRow) * units;
      for (let unit = 0; unit < units; unit += 1) target[row * units + unit]! += dy[from + unit]!;
    }
  };
  const clipState = (gradient: Float32Array): void => {
    if (clipping?.at === 'state') clipColumns(gradient, clipping, { width: units, from: 0, to: units });
  };
  const clipGate = (gate: number): void => {
    if (clipping?.at === 'preactivation')
      clipColumns(dz, clipping, { width, from: gate * units, to: (gate + 1) * units });
  };

  if (returnCarry && dc) addOutputGradient(dc, rows - 1);
  for (let step = time - 1; step >= 0; step -= 1) {
    const t = timeIndexOf(call, step);
    if (returnSequences || step === time - 1) addOutputGradient(dh, returnSequences ? step : 0);
    // At a masked step a row keeps its state, so its gradient passes to the step before unchanged.
    const skipped = mask ? takeMaskedGradients(mask, gradients, { batch, time, units, t }) : [];
    onGradient?.(t, euclideanNorm(dh));
    cell.backward(context, {
      t,
      previous: slots[step]!,
      next: slots[step + 1]!,
      gates: () => buffers.view(gates),
      products,
      gradients,
      dz,
      clipState,
      clipGate,
    });
    for (const { gradient, values, from } of skipped) gradient.set(values, from);
    storeStep(buffers.view(dZ), dBias, dz, { batch, time, width, t });
  }
  return gradients;
}

/** Copies ∂L/∂z of one step, [batch, gates·units], into dZ and adds it to dBias. */
function storeStep(
  dZ: Float32Array,
  dBias: Float64Array,
  dz: Float32Array,
  { batch, time, width, t }: { batch: number; time: number; width: number; t: number },
): void {
  for (let row = 0; row < batch; row += 1) {
    const from = row * width;
    dZ.set(dz.subarray(from, from + width), (row * time + t) * width);
    for (let i = 0; i < width; i += 1) dBias[i]! += dz[from + i]!;
  }
}

/** The gradient of one masked row, put back after the step. */
interface SkippedGradient {
  readonly gradient: Float32Array;
  readonly values: Float32Array;
  readonly from: number;
}

/** Sets the gradients of masked rows to zero, and returns their values. */
function takeMaskedGradients(
  mask: Float32Array,
  gradients: readonly Float32Array[],
  { batch, time, units, t }: { batch: number; time: number; units: number; t: number },
): SkippedGradient[] {
  const taken: SkippedGradient[] = [];
  for (let row = 0; row < batch; row += 1) {
    if (mask[row * time + t] !== 0) continue;
    const from = row * units;
    for (const gradient of gradients) {
      taken.push({ gradient, values: gradient.slice(from, from + units), from });
      gradient.fill(0, from, from + units);
    }
  }
  return taken;
}

function euclideanNorm(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
