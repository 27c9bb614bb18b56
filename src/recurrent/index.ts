/**
 * Tools for recurrent networks, which need tfjs-layers: clipping inside BPTT, gradient flow, and fast layers.
 *
 * @module gradclip/recurrent
 * @category Reference
 */

export { clipBackprop } from './clip/clip-backprop.ts';
export type { ClipBackpropOptions } from './clip/clip-options.ts';
export { fusedGRU, fusedLSTM, fusedSimpleRNN, type FusedOptions } from './fused/fused-layers.ts';
export { allowRelaxedSimd } from './fused/wasm/layer-module.ts';
export { accelerate } from './fused/accelerate.ts';
export { gradientFlow, type LayerFlow } from './flow/gradient-flow.ts';
export type { LossFunction, Tensors } from './flow/loss.ts';
export { recurrentHealth, type HealthAnswer, type LayerHealth } from './health/recurrent-health.ts';
export {
  fastOrthogonal,
  identityScaled,
  type FastOrthogonalOptions,
  type IdentityScaledOptions,
  type Initializer,
} from './initializers.ts';
export { residual } from './residual.ts';
export { registerRecurrent } from './register-recurrent.ts';
