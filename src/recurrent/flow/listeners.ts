import type { Scalar } from '@tensorflow/tfjs-core';

/** Hears ‖∂L/∂hₜ‖ of one layer. */
export type Listener = (t: number, norm: number | Scalar) => void;

// Fused layers have no cell to tap; they ask here, on the way forward, whether anyone wants to know.
const listeners = new WeakMap<object, Listener>();

/** Runs `work` while the given layers report to their listeners. */
export function listening<Result>(to: ReadonlyMap<object, Listener>, work: () => Result): Result {
  for (const [layer, listener] of to) listeners.set(layer, listener);
  try {
    return work();
  } finally {
    for (const layer of to.keys()) listeners.delete(layer);
  }
}

/** Whoever listens to this layer now. */
export function listenerOf(layer: object): Listener | null {
  return listeners.get(layer) ?? null;
}
