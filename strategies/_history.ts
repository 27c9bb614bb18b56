import { scalar, zeros, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { add, less, minimum, replaceAt, where } from 'gradclip/define';

/** A ring buffer of the latest values of a series; a strategy keeps its three tensors in its state. */
export type History = {
  /** The values; the oldest is overwritten first. Shape [window]. */
  readonly values: Tensor1D;
  /** The number of values so far; shape []. */
  readonly filled: Scalar;
  /** The index of the next value; shape []. */
  readonly next: Scalar;
};

/** Creates an empty history. */
export function emptyHistory(window: number): History {
  return { values: zeros([window]), filled: scalar(0), next: scalar(0) };
}

/** Returns the history with one more value. */
export function pushValue({ values, filled, next }: History, value: Scalar): History {
  const following: Scalar = add(next, 1);
  return {
    values: replaceAt(values, next, value),
    filled: minimum(add(filled, 1), values.size),
    next: where(less(following, values.size), following, 0),
  };
}
