import type { TensorInfo } from '@tensorflow/tfjs-core';
import { timeIndexOf, type LayerCall } from '../layer-call.ts';
import type { HostBuffers } from './buffers.ts';
import type { HostCell } from './cell.ts';
import type { Trace } from './forward.ts';
import type { Block } from './products.ts';

/**
 * Computes ∂L/∂U = Σₜ operandₜᵀ·δₜ, [units, gates·units], with one product for each block of U.
 *
 * Each product is [units, batch·time]·[batch·time, columns of the block].
 *
 * @param gates The gates' outputs, [batch·time, gates·units].
 * @param dZ ∂L/∂ of the pre-activations, [batch·time, gates·units].
 */
export function computeKernelGradient(
  buffers: HostBuffers,
  cell: HostCell,
  call: LayerCall,
  trace: Trace,
  gates: TensorInfo,
  dZ: TensorInfo,
): TensorInfo {
  const { units } = call;
  const blocks = cell.blocks(units);
  const parts = blocks.map((block) => {
    const operand = transposeOperand(buffers, cell, call, trace, gates, block);
    const isOnlyBlock = blocks.length === 1;
    const columns = isOnlyBlock ? dZ : copyColumns(buffers, dZ, block);
    const part = buffers.multiply(operand, columns);
    buffers.free(operand);
    if (!isOnlyBlock) buffers.free(columns);
    return part;
  });
  return parts.length === 1 ? parts[0]! : joinColumns(buffers, parts, blocks, [units, cell.gates * units]);
}

/** Joins the gradients of the blocks into one matrix, and frees them. */
function joinColumns(
  buffers: HostBuffers,
  parts: readonly TensorInfo[],
  blocks: readonly Block[],
  [rows, width]: [number, number],
): TensorInfo {
  const gradient = buffers.allocate([rows, width]);
  const target = buffers.view(gradient);
  parts.forEach((part, index) => {
    const { from, to } = blocks[index]!;
    const values = buffers.view(part);
    for (let row = 0; row < rows; row += 1) {
      target.set(values.subarray(row * (to - from), (row + 1) * (to - from)), row * width + from);
    }
  });
  for (const part of parts) buffers.free(part);
  return gradient;
}

/** Returns hₜ₋₁ of every step, or gate∘hₜ₋₁ where the block is gated, as [units, batch·time]. */
function transposeOperand(
  buffers: HostBuffers,
  cell: HostCell,
  call: LayerCall,
  { slots }: Trace,
  gates: TensorInfo,
  { gatedBy }: Block,
): TensorInfo {
  const { batch, time, units } = call;
  const info = buffers.allocate([units, batch * time]);
  const target = buffers.view(info);
  const z = buffers.view(gates);
  for (let step = 0; step < time; step += 1) {
    const h = slots[step]![0]!;
    const t = timeIndexOf(call, step);
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

function copyColumns(buffers: HostBuffers, matrix: TensorInfo, { from, to }: Block): TensorInfo {
  const [rows, width] = matrix.shape as [number, number];
  const info = buffers.allocate([rows, to - from]);
  const target = buffers.view(info);
  const source = buffers.view(matrix);
  for (let row = 0; row < rows; row += 1) {
    target.set(source.subarray(row * width + from, row * width + to), row * (to - from));
  }
  return info;
}
