import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HostBuffers } from './buffers.ts';

/** Columns of the recurrent kernel that enter one product of a step, with hₜ₋₁ or, where gated, gate∘hₜ₋₁. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly gatedBy?: number;
}

/**
 * Repeated products of a small [batch, n] operand with weights that stay: what one time step asks for.
 *
 * Weights and operands live in the backend's memory for as long as this does; call {@link dispose} at the end.
 */
export class Products {
  readonly #memory: HostBuffers;
  readonly #weights: TensorInfo[] = [];
  readonly #operands: TensorInfo[] = [];
  #result: TensorInfo | undefined;

  /** @param weights [units, columns], from which the blocks are taken, transposed if asked. */
  constructor(buffers: HostBuffers, weights: TensorInfo, blocks: readonly Block[], batch: number, transposed: boolean) {
    this.#memory = buffers;
    const [rows, columns] = weights.shape as [number, number];
    for (const { from, to } of blocks) {
      const width = to - from;
      const copy = buffers.allocate(transposed ? [width, rows] : [rows, width]);
      this.#weights.push(copy);
      const source = buffers.view(weights);
      const target = buffers.view(copy);
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < width; column += 1) {
          target[transposed ? column * rows + row : row * width + column] = source[row * columns + from + column]!;
        }
      }
      this.#operands.push(buffers.allocate([batch, transposed ? width : rows]));
    }
  }

  /** operand·block, [batch, …]; to be read before the next product. */
  multiply(block: number, operand: Float32Array): Float32Array {
    const a = this.#operands[block]!;
    this.#memory.view(a).set(operand);
    if (this.#result) this.#memory.free(this.#result);
    this.#result = this.#memory.multiply(a, this.#weights[block]!);
    return this.#memory.view(this.#result);
  }

  dispose(): void {
    for (const each of [...this.#weights, ...this.#operands]) this.#memory.free(each);
    if (this.#result) this.#memory.free(this.#result);
  }
}
