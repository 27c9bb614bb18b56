import type { Scalar } from '@tensorflow/tfjs-core';
import { shared } from '../../core/shared.ts';

/** Receives ‖∂L/∂hₜ‖ of one call of a layer. */
export type GradientListener = (t: number, norm: number | Scalar) => void;

// Fused layers have no cell to wrap. In the forward pass they look up a listener here.
const openByLayer = (): WeakMap<object, () => GradientListener> =>
  shared('gradient-listeners', () => new WeakMap<object, () => GradientListener>());

/** Runs `work`; meanwhile each call of a given layer opens a listener. */
export function withListeners<Result>(
  listeners: ReadonlyMap<object, () => GradientListener>,
  work: () => Result,
): Result {
  for (const [layer, open] of listeners) openByLayer().set(layer, open);
  try {
    return work();
  } finally {
    for (const layer of listeners.keys()) openByLayer().delete(layer);
  }
}

/** Opens a listener for one call of the layer; null if nobody listens to the layer. */
export function openListener(layer: object): GradientListener | null {
  return openByLayer().get(layer)?.() ?? null;
}
