import {
  add,
  equal,
  minimum,
  mod,
  range,
  scalar,
  where,
  zeros,
  type Scalar,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';

/** The latest values of a series, in a ring; a strategy keeps its three tensors in its state. */
export type History = {
  /** The values, oldest overwritten first; shape [window]. */
  readonly values: Tensor1D;
  /** How many are filled; shape []. */
  readonly filled: Scalar;
  /** Where the next one goes; shape []. */
  readonly next: Scalar;
};

/** A ring without values. */
export function emptyHistory(window: number): History {
  return { values: zeros([window]), filled: scalar(0), next: scalar(0) };
}

/** The ring with one more value. */
export function withValue({ values, filled, next }: History, value: Scalar): History {
  const window = values.size;
  return {
    // `where` broadcasts, which its type does not say.
    values: where(equal(range(0, window), next), value as Tensor, values) as Tensor1D,
    filled: minimum(add(filled, 1), window),
    next: mod(add(next, 1), window),
  };
}
