import type { Scalar } from '@tensorflow/tfjs-core';

/** Hears ‖∂L/∂hₜ‖ of one use of a layer. */
export type Listener = (t: number, norm: number | Scalar) => void;

// Fused layers have no cell to tap; they ask here, on the way forward, whether anyone wants to know.
const openers = new WeakMap<object, (time: number) => Listener>();

/** Runs `work` while the given layers open a listener each time they are called. */
export function listening<Result>(to: ReadonlyMap<object, (time: number) => Listener>, work: () => Result): Result {
  for (const [layer, open] of to) openers.set(layer, open);
  try {
    return work();
  } finally {
    for (const layer of to.keys()) openers.delete(layer);
  }
}

/** A listener for this use of the layer, over `time` steps, if anyone listens to it now. */
export function listenerOf(layer: object, time: number): Listener | null {
  return openers.get(layer)?.(time) ?? null;
}
