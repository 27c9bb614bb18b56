import { customGrad, type Tensor, type Tensor3D, type TensorInfo } from '@tensorflow/tfjs-core';
import { differentiable, positionOf, rowsOf, type Request } from '../layer-call.ts';
import type { HostCell, Pass } from './cell.ts';
import { backpropagated } from './gradients.ts';
import type { HostMemory } from './memory.ts';
import { Products } from './products.ts';

/** What the way forward leaves for the way back: slots[0] is before the first step, slots[s + 1] after step s. */
export interface Trace {
  readonly pass: Pass;
  readonly slots: Float32Array[][];
  readonly mask: Float32Array | null;
}

/**
 * A whole recurrent layer in one differentiable operation, for backends whose memory the host can reach.
 *
 * The products of the steps are the backend's; the gates between them are loops over its memory. The gates' outputs
 * take the place of the projection, so a pass keeps (gates + slots)·units numbers a step and nothing else.
 *
 * @returns [batch, {@link rowsOf}, units]
 */
export function hostPass(memory: HostMemory, cell: HostCell, request: Request): Tensor3D {
  const run = customGrad((...args: unknown[]) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void;
    const { projection, recurrentKernel } = request;
    const trace = forward(memory, cell, request);
    const value = answer(memory, request, trace);
    save([projection, recurrentKernel]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        backpropagated(memory, cell, request, trace, { dy, gates: saved[0]!, recurrentKernel: saved[1]! }),
    };
  });
  return run(...differentiable(request)) as Tensor3D;
}

function forward(memory: HostMemory, cell: HostCell, request: Request): Trace {
  const { batch, time, units, phi, sigma, projection, recurrentKernel, bias, initial, mask } = request;
  const width = cell.gates * units;
  // Copies: the views would be void after the next allocation.
  const copy = (tensor: TensorInfo): Float32Array => memory.view(tensor).slice();
  const pass = { batch, time, units, phi, sigma, bias: bias ? copy(bias) : new Float32Array(width) };
  const slot = (): Float32Array => new Float32Array(batch * units);
  const first = Array.from({ length: cell.slots }, (_, s) => (initial?.[s] ? copy(initial[s]) : slot()));
  const trace: Trace = { pass, slots: [first], mask: mask ? mask.dataSync<'float32'>().slice() : null };
  const products = new Products(memory, recurrentKernel, cell.blocks(units), batch, false);
  const gates = (): Float32Array => memory.view(projection);
  try {
    for (let step = 0; step < time; step += 1) {
      const t = positionOf(request, step);
      const previous = trace.slots[step]!;
      const next = Array.from({ length: cell.slots }, slot);
      cell.forward(pass, { t, previous, next, gates, products });
      if (trace.mask) skipMasked(trace.mask, cell, pass, t, previous, next, gates());
      trace.slots.push(next);
    }
  } finally {
    products.dispose();
  }
  return trace;
}

/** Where the mask is 0, states stay as they were, and what padding made of the gates is forgotten. */
function skipMasked(
  mask: Float32Array,
  cell: HostCell,
  { batch, time, units }: Pass,
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

function answer(memory: HostMemory, request: Request, { slots }: Trace): Tensor3D {
  const { batch, units, time, sequences, carry } = request;
  const rows = rowsOf(request);
  const info = memory.make([batch, rows, units]);
  const values = memory.view(info);
  const put = (slot: Float32Array, at: number): void => {
    for (let row = 0; row < batch; row += 1) {
      values.set(slot.subarray(row * units, (row + 1) * units), (row * rows + at) * units);
    }
  };
  if (sequences) for (let step = 0; step < time; step += 1) put(slots[step + 1]![0]!, step);
  else put(slots[time]![0]!, 0);
  if (carry) put(slots[time]![1]!, rows - 1);
  return memory.asTensor(info);
}
