import type { GRULayerArgs, LSTMLayerArgs, RNN, SimpleRNNLayerArgs } from '@tensorflow/tfjs-layers';
import type { ClipBackpropOptions } from '../clip/clip-options.ts';
import { registerLayers } from '../register-layers.ts';
import type { Config } from '../tfjs-layers.ts';
import { FUSED_LAYERS, FusedGRU, FusedLSTM, FusedSimpleRNN } from './layer-classes.ts';

/**
 * The options of a fused layer in addition to those of tf.layers.
 *
 * @category Fused layers
 */
export interface FusedOptions {
  /** Clips inside backpropagation through time, as {@link clipBackprop} does. */
  readonly clipBackprop?: ClipBackpropOptions;
}

/**
 * Creates a fast drop-in replacement for tf.layers.simpleRNN.
 *
 * The layer is one operation: one input projection for all steps, and hand-written backpropagation through time.
 *
 *     hₜ = φ(xₜ·W + b + hₜ₋₁·U)
 *
 * It takes the options of tf.layers.simpleRNN and has the same weights, names and shapes. Results agree within 1e-5, so either
 * can replace the other, and weights load both ways. Unlike tf.layers.simpleRNN, it applies the regularizers. It does not
 * support dropout, or activations whose slope cannot be computed from their output.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fusedSimpleRNN } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [fusedSimpleRNN({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * ```
 *
 * @throws ClippingError `not-fusable` for an unsupported option; `bad-state`, when called, for initial states of the wrong shape.
 * @category Fused layers
 */
export function fusedSimpleRNN(options: SimpleRNNLayerArgs & FusedOptions): RNN {
  registerLayers(FUSED_LAYERS);
  return new FusedSimpleRNN(options as unknown as Config) as unknown as RNN;
}

/**
 * Creates a fast drop-in replacement for tf.layers.lstm.
 *
 * The layer is one operation: one input projection for all steps, and hand-written backpropagation through time.
 *
 *     i, f, o = σ(z)   g = φ(z)   cₜ = f∘cₜ₋₁ + i∘g   hₜ = o∘φ(cₜ)   z = xₜ·W + b + hₜ₋₁·U
 *
 * It takes the options of tf.layers.lstm and has the same weights, names and shapes. Results agree within 1e-5, so either
 * can replace the other, and weights load both ways. Unlike tf.layers.lstm, it applies the regularizers. It does not
 * support dropout, or activations whose slope cannot be computed from their output.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fusedLSTM } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [fusedLSTM({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * ```
 *
 * @throws ClippingError `not-fusable` for an unsupported option; `bad-state`, when called, for initial states of the wrong shape.
 * @category Fused layers
 */
export function fusedLSTM(options: LSTMLayerArgs & FusedOptions): RNN {
  registerLayers(FUSED_LAYERS);
  return new FusedLSTM(options as unknown as Config) as unknown as RNN;
}

/**
 * Creates a fast drop-in replacement for tf.layers.gru.
 *
 * The layer is one operation: one input projection for all steps, and hand-written backpropagation through time.
 *
 *     u, r = σ(z)   a = φ(xₜ·Wa + ba + (r∘hₜ₋₁)·Ua)   hₜ = u∘hₜ₋₁ + (1−u)∘a
 *
 * It takes the options of tf.layers.gru and has the same weights, names and shapes. Results agree within 1e-5, so either
 * can replace the other, and weights load both ways. Like tf.layers.gru, it applies the reset gate before the matrix
 * product (`resetAfter: false`); unlike tf.layers.gru, it applies the regularizers. It does not support dropout, or
 * activations whose slope cannot be computed from their output.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fusedGRU } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [fusedGRU({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * ```
 *
 * @throws ClippingError `not-fusable` for an unsupported option; `bad-state`, when called, for initial states of the wrong shape.
 * @category Fused layers
 */
export function fusedGRU(options: GRULayerArgs & FusedOptions): RNN {
  registerLayers(FUSED_LAYERS);
  return new FusedGRU(options as unknown as Config) as unknown as RNN;
}
