import { serialization } from '@tensorflow/tfjs-core';
import type { GRULayerArgs, LSTMLayerArgs, RNN, SimpleRNNLayerArgs } from '@tensorflow/tfjs-layers';
import type { ClipBackpropOptions } from '../clip/limits.ts';
import type { Config } from '../tfjs-layers.ts';
import { FusedGRU, FusedLSTM, FusedSimpleRNN } from './layers.ts';

/**
 * Makes tfjs able to load models with fused layers, in a program that has made none.
 *
 * Importing alone does nothing, so that bundlers may drop what is not used.
 *
 * @category Fused layers
 */
export function registerFusedLayers(): void {
  for (const type of [FusedSimpleRNN, FusedLSTM, FusedGRU]) {
    serialization.registerClass(type as unknown as serialization.SerializableConstructor<serialization.Serializable>);
  }
}

/**
 * What a fused layer takes beside the options of tf.layers.
 *
 * @category Fused layers
 */
export interface FusedOptions {
  /** Clips inside backpropagation through time, as {@link clipBackprop} does. */
  readonly clipBackprop?: ClipBackpropOptions;
}

/**
 * tf.layers.simpleRNN as one operation: one input projection for all steps, backpropagation through time by hand.
 *
 *     hₜ = φ(xₜ·W + b + hₜ₋₁·U)
 *
 * Takes the options of tf.layers.simpleRNN, has its weights, names and shapes, and gives its numbers (to 1e-5), so
 * that one can stand in for the other and weights load either way. Refuses dropout masks, and activations whose
 * slope does not follow from their output.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fusedSimpleRNN } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [fusedSimpleRNN({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * ```
 *
 * @throws ClippingError `not-fusable` for what it refuses, `bad-state` in use for initial states of another shape.
 * @category Fused layers
 */
export function fusedSimpleRNN(options: SimpleRNNLayerArgs & FusedOptions): RNN {
  registerFusedLayers();
  return new FusedSimpleRNN(options as unknown as Config) as unknown as RNN;
}

/**
 * tf.layers.lstm as one operation: one input projection for all steps, backpropagation through time by hand.
 *
 *     i, f, o = σ(z)   g = φ(z)   cₜ = f∘cₜ₋₁ + i∘g   hₜ = o∘φ(cₜ)   z = xₜ·W + b + hₜ₋₁·U
 *
 * Takes the options of tf.layers.lstm, has its weights, names and shapes, and gives its numbers (to 1e-5), so
 * that one can stand in for the other and weights load either way. Refuses dropout masks, and activations whose
 * slope does not follow from their output.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fusedLSTM } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [fusedLSTM({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * ```
 *
 * @throws ClippingError `not-fusable` for what it refuses, `bad-state` in use for initial states of another shape.
 * @category Fused layers
 */
export function fusedLSTM(options: LSTMLayerArgs & FusedOptions): RNN {
  registerFusedLayers();
  return new FusedLSTM(options as unknown as Config) as unknown as RNN;
}

/**
 * tf.layers.gru as one operation: one input projection for all steps, backpropagation through time by hand.
 *
 *     u, r = σ(z)   a = φ(xₜ·Wa + ba + (r∘hₜ₋₁)·Ua)   hₜ = u∘hₜ₋₁ + (1−u)∘a
 *
 * Takes the options of tf.layers.gru, has its weights, names and shapes, and gives its numbers (to 1e-5), so
 * that one can stand in for the other and weights load either way. Refuses dropout masks, and activations whose
 * slope does not follow from their output. Like tfjs's, it resets before the product (`resetAfter` false).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fusedGRU } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [fusedGRU({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * ```
 *
 * @throws ClippingError `not-fusable` for what it refuses, `bad-state` in use for initial states of another shape.
 * @category Fused layers
 */
export function fusedGRU(options: GRULayerArgs & FusedOptions): RNN {
  registerFusedLayers();
  return new FusedGRU(options as unknown as Config) as unknown as RNN;
}
