import type { Tensor3D, TensorInfo } from '@tensorflow/tfjs-core';
import { countOutputRows, timeIndexOf, type LayerCall, type ProjectedCall } from '../layer-call.ts';
import type { HostBuffers } from './buffers.ts';
import type { CellContext, HostCell } from './cell.ts';
import { Products } from './products.ts';

/** The values that the forward pass saves for the backward pass. */
export interface Trace {
  readonly context: CellContext;
  /** slots[0] is before the first step, slots[s + 1] after step s. */
  readonly slots: Float32Array[][];
  /** [batch, time] of 0 and 1; null for a layer without a mask. */
  readonly mask: Float32Array | null;
}

/** Computes every time step, and saves the states of each. */
export function runForward(buffers: HostBuffers, cell: HostCell, call: ProjectedCall): Trace {
  const { batch, time, units, phi, sigma, projection, recurrentKernel, bias, initialStates, mask } = call;
  const width = cell.gates * units;
  // Copies, because the next allocation invalidates the views.
  const copy = (tensor: TensorInfo): Float32Array => buffers.view(tensor).slice();
  const context = { batch, time, units, phi, sigma, bias: bias ? copy(bias) : new Float32Array(width) };
  const slot = (): Float32Array => new Float32Array(batch * units);
  const first = Array.from({ length: cell.slots }, (_, s) => (initialStates?.[s] ? copy(initialStates[s]) : slot()));
  const trace: Trace = { context, slots: [first], mask: mask ? mask.dataSync<'float32'>().slice() : null };
  const products = new Products(buffers, recurrentKernel, cell.blocks(units), batch, false);
  const gates = (): Float32Array => buffers.view(projection);
  try {
    for (let step = 0; step < time; step += 1) {
      const t = timeIndexOf(call, step);
      const previous = trace.slots[step]!;
      const next = Array.from({ length: cell.slots }, slot);
      cell.forward(context, { t, previous, next, gates, products });
      if (trace.mask) keepMaskedStates(trace.mask, cell, context, t, previous, next, gates());
      trace.slots.push(next);
    }
  } finally {
    products.dispose();
  }
  return trace;
}

/** Where the mask is 0, keeps the states of the step before and sets the gates' outputs to zero. */
function keepMaskedStates(
  mask: Float32Array,
  cell: HostCell,
  { batch, time, units }: CellContext,
  t: number,
  previous: readonly Float32Array[],
  next: readonly Float32Array[],
  gates: Float32Array,
): void {
  const width = cell.gates * units;
  for (let row = 0; row < batch; row += 1) {
    if (mask[row * time + t] !== 0) continue;
    const [from, to] = [row * units, (row + 1) * units];
    next.forEach((slot, s) =>
      s < cell.states ? slot.set(previous[s]!.subarray(from, to), from) : slot.fill(0, from, to),
    );
    gates.fill(0, (row * time + t) * width, (row * time + t + 1) * width);
  }
}

/** Copies the outputs that the caller needs into one tensor, [batch, {@link countOutputRows}, units]. */
export function collectOutputs(buffers: HostBuffers, call: LayerCall, { slots }: Trace): Tensor3D {
  const { batch, units, time, returnSequences, returnCarry } = call;
  const rows = countOutputRows(call);
  const info = buffers.allocate([batch, rows, units]);
  const values = buffers.view(info);
  const putRow = (slot: Float32Array, outputRow: number): void => {
    for (let row = 0; row < batch; row += 1) {
      values.set(slot.subarray(row * units, (row + 1) * units), (row * rows + outputRow) * units);
    }
  };
  if (returnSequences) for (let step = 0; step < time; step += 1) putRow(slots[step + 1]![0]!, step);
  else putRow(slots[time]![0]!, 0);
  if (returnCarry) putRow(slots[time]![1]!, rows - 1);
  return buffers.toTensor(info);
}
