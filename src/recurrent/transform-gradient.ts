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
        // tfjs disposes the returned gradient after adding it up, but still owns the one it passed in.
        return changed === gradient ? gradient.clone() : changed;
      }),
  }));
  return identity(x);
}
