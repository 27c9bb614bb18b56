import type { Scalar } from '@tensorflow/tfjs-core';

/** Hears ‖∂L/∂hₜ‖ of one use of a layer. */
export type GradientListener = (t: number, norm: number | Scalar) => void;

// Fused layers have no cell to wrap. In the forward pass they look up a listener here.
const openByLayer = new WeakMap<object, (time: number) => GradientListener>();

/** Runs `work` while the given layers open a listener each time they are called. */
export function withListeners<Result>(
  to: ReadonlyMap<object, (time: number) => GradientListener>,
  work: () => Result,
): Result {
  for (const [layer, open] of to) openByLayer.set(layer, open);
  try {
    return work();
  } finally {
    for (const layer of to.keys()) openByLayer.delete(layer);
  }
}

/** A listener for this use of the layer, over `time` steps, if anyone listens to it now. */
export function openListener(layer: object, time: number): GradientListener | null {
  return openByLayer.get(layer)?.(time) ?? null;
}
