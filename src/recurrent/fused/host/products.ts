import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HostBuffers } from './buffers.ts';

/** Columns of the recurrent kernel that one product of a step multiplies by hₜ₋₁, or by gate∘hₜ₋₁ if the block is gated. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly gatedBy?: number;
}

/**
 * The matrix products of the time steps: a small [batch, n] operand times weights that stay the same.
 *
 * It owns buffers of the backend, so call {@link dispose} at the end.
 */
export class Products {
  readonly #buffers: HostBuffers;
  readonly #weights: TensorInfo[] = [];
  readonly #operands: TensorInfo[] = [];
  #result: TensorInfo | undefined;

  /** @param weights [units, columns], from which the blocks are taken, transposed if asked. */
  constructor(buffers: HostBuffers, weights: TensorInfo, blocks: readonly Block[], batch: number, transposed: boolean) {
    this.#buffers = buffers;
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

  /** Returns operand·block, [batch, …]. The view is invalid after the next product. */
  multiply(block: number, operand: Float32Array): Float32Array {
    const a = this.#operands[block]!;
    this.#buffers.view(a).set(operand);
    if (this.#result) this.#buffers.free(this.#result);
    this.#result = this.#buffers.multiply(a, this.#weights[block]!);
    return this.#buffers.view(this.#result);
  }

  dispose(): void {
    for (const each of [...this.#weights, ...this.#operands]) this.#buffers.free(each);
    if (this.#result) this.#buffers.free(this.#result);
  }
}
