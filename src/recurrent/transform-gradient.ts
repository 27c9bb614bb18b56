import { customGrad, tidy, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Returns the tensor itself in the forward pass; in the backward pass applies `change` to its gradient ∂L/∂x.
 *
 * @param x Any shape; so is the gradient.
 */
export function transformGradient(x: Tensor, change: (gradient: Tensor) => Tensor): Tensor {
  const identity = customGrad((...args: unknown[]) => ({
    value: (args[0] as Tensor).clone(),
    gradFunc: (gradient: Tensor) =>
      tidy(() => {
        const changed = change(gradient);
        // tfjs disposes a gradient once it has added it up, so the one that came in must stay its own.
        return changed === gradient ? gradient.clone() : changed;
      }),
  }));
  return identity(x);
}
