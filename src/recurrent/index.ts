/**
 * What needs tfjs-layers: clipping inside BPTT, a look at the gradient flow, and recurrent layers that train fast.
 *
 * @module gradclip/recurrent
 * @category Reference
 */

export { clipBackprop, registerClippedLayers } from './clip/clip-backprop.ts';
export type { ClipBackpropOptions } from './clip/limits.ts';
export { fusedGRU, fusedLSTM, fusedSimpleRNN, registerFusedLayers, type FusedOptions } from './fused/factories.ts';
export { accelerate } from './fused/accelerate.ts';
export { gradientFlow, type LayerFlow } from './flow/gradient-flow.ts';
export type { LossFunction, Tensors } from './flow/loss.ts';
export { recurrentHealth, type LayerHealth } from './health/recurrent-health.ts';
export {
  fastOrthogonal,
  identityScaled,
  registerInitializers,
  type FastOrthogonalOptions,
  type IdentityScaledOptions,
  type Initializer,
} from './initializers.ts';
export { registerResidual, residual } from './residual.ts';
