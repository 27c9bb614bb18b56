import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { positionOf, rowsOf, type Request } from '../layer-call.ts';
import type { HostCell } from './cell.ts';
import { limitColumns } from './limit.ts';
import type { HostMemory } from './memory.ts';
import type { Trace } from './pass.ts';
import { Products, type Block } from './products.ts';

/** What tfjs hands to the way back. */
interface Incoming {
  /** [batch, rows, units] */
  readonly dy: Tensor;
  /** [batch·time, gates·units]: the gates' outputs. */
  readonly gates: Tensor;
  readonly recurrentKernel: Tensor;
}

/** Backpropagation through time: the gradients of {@link differentiable}, in its order. */
export function backpropagated(
  memory: HostMemory,
  cell: HostCell,
  request: Request,
  trace: Trace,
  { dy, gates, recurrentKernel }: Incoming,
): Tensor[] {
  const { batch, time, units } = request;
  const width = cell.gates * units;
  const dZ = memory.make([batch * time, width]);
  const dBias = new Float64Array(width);
  const products = new Products(memory, recurrentKernel, cell.blocks(units), batch, true);
  let gradients: Float32Array[];
  try {
    gradients = backThroughSteps(memory, cell, request, trace, {
      dy: memory.view(dy).slice(),
      gates,
      products,
      dZ,
      dBias,
    });
  } finally {
    products.dispose();
  }
  const dKernel = kernelGradient(memory, cell, request, trace, gates, dZ);
  const made = (shape: number[], values: Float32Array | Float64Array): Tensor => {
    const info = memory.make(shape);
    memory.view(info).set(values);
    return memory.asTensor(info);
  };
  return [
    memory.asTensor(dZ),
    memory.asTensor(dKernel),
    ...(request.bias ? [made([width], dBias)] : []),
    ...(request.initial ? gradients.map((gradient) => made([batch, units], gradient)) : []),
  ];
}

interface Working {
  readonly dy: Float32Array;
  readonly gates: TensorInfo;
  readonly products: Products;
  readonly dZ: TensorInfo;
  readonly dBias: Float64Array;
}

/** Fills dZ and dBias, and answers with ∂L/∂ of the initial states. */
function backThroughSteps(
  memory: HostMemory,
  cell: HostCell,
  request: Request,
  { pass, slots, mask }: Trace,
  { dy, gates, products, dZ, dBias }: Working,
): Float32Array[] {
  const { batch, time, units, limits, sequences, carry, onGradient } = request;
  const width = cell.gates * units;
  const rows = rowsOf(request);
  const dz = new Float32Array(batch * width);
  const gradients = Array.from({ length: cell.states }, () => new Float32Array(batch * units));
  const [dh, dc] = gradients as [Float32Array, Float32Array | undefined];
  const addRow = (target: Float32Array, at: number): void => {
    for (let row = 0; row < batch; row += 1) {
      const from = (row * rows + at) * units;
      for (let unit = 0; unit < units; unit += 1) target[row * units + unit]! += dy[from + unit]!;
    }
  };
  const clipState = (gradient: Float32Array): void => {
    if (limits?.at === 'state') limitColumns(gradient, limits, { width: units, from: 0, to: units });
  };
  const clipGate = (gate: number): void => {
    if (limits?.at === 'preactivation') limitColumns(dz, limits, { width, from: gate * units, to: (gate + 1) * units });
  };

  if (carry && dc) addRow(dc, rows - 1);
  for (let step = time - 1; step >= 0; step -= 1) {
    const t = positionOf(request, step);
    if (sequences || step === time - 1) addRow(dh, sequences ? step : 0);
    // A masked row's states are those of the step before, and so are its gradients.
    const passing = mask ? takeMasked(mask, gradients, { batch, time, units, t }) : [];
    onGradient?.(t, normOf(dh));
    cell.backward(pass, {
      t,
      previous: slots[step]!,
      next: slots[step + 1]!,
      gates: () => memory.view(gates),
      products,
      gradients,
      dz,
      clipState,
      clipGate,
    });
    for (const { gradient, values, from } of passing) gradient.set(values, from);
    const target = memory.view(dZ);
    for (let row = 0; row < batch; row += 1) {
      const from = row * width;
      target.set(dz.subarray(from, from + width), (row * time + t) * width);
      for (let i = 0; i < width; i += 1) dBias[i]! += dz[from + i]!;
    }
  }
  return gradients;
}

interface Passing {
  readonly gradient: Float32Array;
  readonly values: Float32Array;
  readonly from: number;
}

function takeMasked(
  mask: Float32Array,
  gradients: readonly Float32Array[],
  { batch, time, units, t }: { batch: number; time: number; units: number; t: number },
): Passing[] {
  const taken: Passing[] = [];
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

/** ∂L/∂U = Σₜ operandₜᵀ·δₜ, as one product for each block of U: [units, batch·time]·[batch·time, …]. */
function kernelGradient(
  memory: HostMemory,
  cell: HostCell,
  request: Request,
  trace: Trace,
  gates: TensorInfo,
  dZ: TensorInfo,
): TensorInfo {
  const { units } = request;
  const blocks = cell.blocks(units);
  const parts = blocks.map((block) => {
    const operand = transposedOperand(memory, cell, request, trace, gates, block);
    const whole = blocks.length === 1;
    const columns = whole ? dZ : columnsOf(memory, dZ, block);
    const part = memory.product(operand, columns);
    memory.free(operand);
    if (!whole) memory.free(columns);
    return part;
  });
  if (parts.length === 1) return parts[0]!;
  const width = cell.gates * units;
  const gradient = memory.make([units, width]);
  const target = memory.view(gradient);
  parts.forEach((part, index) => {
    const { from, to } = blocks[index]!;
    const values = memory.view(part);
    for (let row = 0; row < units; row += 1) {
      target.set(values.subarray(row * (to - from), (row + 1) * (to - from)), row * width + from);
    }
  });
  for (const part of parts) memory.free(part);
  return gradient;
}

function transposedOperand(
  memory: HostMemory,
  cell: HostCell,
  request: Request,
  { slots }: Trace,
  gates: TensorInfo,
  { gatedBy }: Block,
): TensorInfo {
  const { batch, time, units } = request;
  const info = memory.make([units, batch * time]);
  const target = memory.view(info);
  const z = memory.view(gates);
  for (let step = 0; step < time; step += 1) {
    const h = slots[step]![0]!;
    const t = positionOf(request, step);
    for (let row = 0; row < batch; row += 1) {
      const column = row * time + t;
      const gate = gatedBy === undefined ? -1 : (column * cell.gates + gatedBy) * units;
      for (let unit = 0; unit < units; unit += 1) {
        const value = h[row * units + unit]!;
        target[unit * batch * time + column] = gate < 0 ? value : value * z[gate + unit]!;
      }
    }
  }
  return info;
}

function columnsOf(memory: HostMemory, matrix: TensorInfo, { from, to }: Block): TensorInfo {
  const [rows, width] = matrix.shape as [number, number];
  const info = memory.make([rows, to - from]);
  const target = memory.view(info);
  const source = memory.view(matrix);
  for (let row = 0; row < rows; row += 1) {
    target.set(source.subarray(row * width + from, row * width + to), row * (to - from));
  }
  return info;
}

function normOf(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
