import { serialization } from '@tensorflow/tfjs-core';
import type { layers as stockLayers, LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../../core/errors.ts';
import { isModel, madeFrom, rebuilt, replacedIn, specOf, type LayerSpec, type Replace } from '../rebuild.ts';
import type { Layer } from '../tfjs-layers.ts';
import { ClippedGRUCell, ClippedLSTMCell, ClippedSimpleRNNCell } from './cells.ts';
import { ClippedGRU, ClippedLSTM, ClippedSimpleRNN } from './layers.ts';
import { limitsConfig, resolveLimits, type ClipBackpropOptions } from './limits.ts';

/**
 * Makes tfjs able to load what {@link clipBackprop} made, in a program that has made none.
 *
 * Importing alone does nothing, so that bundlers may drop what is not used.
 *
 * @category Clipping inside BPTT
 */
export function registerClippedLayers(): void {
  const types = [ClippedSimpleRNNCell, ClippedLSTMCell, ClippedGRUCell, ClippedSimpleRNN, ClippedLSTM, ClippedGRU];
  for (const type of types) {
    serialization.registerClass(type as unknown as serialization.SerializableConstructor<serialization.Serializable>);
  }
}

/**
 * Clips the gradient inside backpropagation through time, at every step, rather than the sum that comes out.
 *
 * In BPTT the gradient of step t is what step t+1 sent back, times a Jacobian:
 *
 *     δₜ = clip( ∂L/∂zₜ )        ∂L/∂hₜ₋₁ = δₜ·Uᵀ + …        ∂L/∂U = Σₜ hₜ₋₁ᵀ·δₜ
 *
 * With |δₜ| bounded, an explosion cannot build up over the steps; clipping ∂L/∂U afterwards only shortens what
 * has exploded already, in the direction of the step that exploded most. Norms are taken over the tensor
 * `[batch, units]` of one step, so with a loss that is a mean over the batch the same limit suits every batch size.
 *
 * Takes a recurrent cell or layer of tf.layers (simpleRNN, lstm, gru, and rnn, stackedRNNCells or bidirectional
 * around them), one of the fused layers, or a whole model, and gives a new one of the same configuration and
 * name; a model keeps its weights. Masks, states, `returnSequences` and saving work as before; a program
 * that only loads such a model calls {@link registerClippedLayers} first.
 *
 * Source: Graves (2013), Generating sequences with recurrent neural networks, section 2.1. https://arxiv.org/abs/1308.0850
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipBackprop } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({
 *   layers: [clipBackprop(tf.layers.lstm({ units: 8, inputShape: [20, 3] }), { maxAbs: 1 }), tf.layers.dense({ units: 1 })],
 * });
 * ```
 *
 * @throws ClippingError `bad-option` or `unknown-option` for the limits; `not-recurrent` for anything without a
 *   SimpleRNN, LSTM or GRU in it; `already-built` for a layer that has its weights, `not-built` for a model that
 *   has none.
 * @category Clipping inside BPTT
 */
export function clipBackprop<Target extends Layer | LayersModel | InstanceType<typeof stockLayers.RNNCell>>(
  cellOrLayer: Target,
  options: ClipBackpropOptions,
): Target {
  registerClippedLayers();
  const clipped = { clipBackprop: limitsConfig(resolveLimits(options)) };
  let found = 0;
  const replace: Replace = ({ className, config }) => {
    const twin = clippedTwin(className);
    if (twin === undefined) return undefined;
    found += 1;
    return { className: twin, config: { ...config, ...clipped } };
  };

  if (typeof cellOrLayer?.getClassName !== 'function') throw notRecurrent(formatValue(cellOrLayer));
  if (!isModel(cellOrLayer) && cellOrLayer.built) {
    throw new ClippingError(
      'already-built',
      `\`clipBackprop(${cellOrLayer.name})\` needs a layer that has not been used yet; this one has its weights. ` +
        'Wrap the layer before it goes into a model, or give the whole model to clipBackprop, which keeps weights.',
    );
  }
  const made = isModel(cellOrLayer)
    ? rebuilt(cellOrLayer, 'clipBackprop(model)', replace)
    : madeFrom<Layer>(replacedIn(specOf(cellOrLayer), replace));
  if (found === 0) {
    if (isModel(made)) made.dispose();
    throw notRecurrent(`${cellOrLayer.getClassName()} ${cellOrLayer.name}`);
  }
  // The option `weights` of a layer is not part of its configuration.
  const { initialWeights } = cellOrLayer as Layer;
  if (initialWeights) (made as Layer).initialWeights = initialWeights;
  return made as Target;
}

// The fused layers clip by themselves; their limits are part of their configuration.
const CLIPS_ITSELF = /^(Clipped|Fused)(SimpleRNN|LSTM|GRU)(Cell)?$/;
const STOCK = /^(SimpleRNN|LSTM|GRU)(Cell)?$/;

function clippedTwin(className: LayerSpec['className']): string | undefined {
  if (CLIPS_ITSELF.test(className)) return className;
  return STOCK.test(className) ? `Clipped${className}` : undefined;
}

function notRecurrent(received: string): ClippingError {
  return new ClippingError(
    'not-recurrent',
    '`clipBackprop` takes a SimpleRNN, LSTM or GRU, as a cell, a layer, or inside rnn, stackedRNNCells, ' +
      `bidirectional or a model; received ${received}. ` +
      'For gradients of other layers, clip what comes out of backpropagation with clipOptimizer.',
  );
}
