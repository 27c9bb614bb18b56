import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../../core/errors.ts';
import {
  isModel,
  createLayer,
  moveOptimizerState,
  rebuildModel,
  replaceLayers,
  toLayerSpec,
  type LayerSpec,
  type ReplaceLayer,
} from '../rebuild-model.ts';
import { registerLayers } from '../register-layers.ts';
import type { Layer } from '../tfjs-layers.ts';
import { CLIPPED_CELLS } from './clipped-cells.ts';
import { CLIPPED_LAYERS } from './clipped-layers.ts';
import { toClipConfig, parseClipOptions, type ClipBackpropOptions } from './clip-options.ts';

/**
 * Clips the gradient at every time step inside backpropagation through time (BPTT).
 *
 * In BPTT the gradient of step t is the gradient of step t+1 multiplied by a Jacobian:
 *
 *     δₜ = clip( ∂L/∂zₜ )        ∂L/∂hₜ₋₁ = δₜ·Uᵀ + …        ∂L/∂U = Σₜ hₜ₋₁ᵀ·δₜ
 *
 * Because |δₜ| is bounded, the gradient cannot explode over the steps. Clipping ∂L/∂U afterwards only shortens a
 * gradient that has already exploded and points in the direction of the step that exploded most. Each norm covers
 * the tensor `[batch, units]` of one step; if the loss is a mean over the batch, one threshold suits every batch size.
 *
 * It takes a recurrent cell or layer of tf.layers (simpleRNN, lstm, gru, and rnn, stackedRNNCells or bidirectional
 * around them), a fused layer, or a whole model, and returns a new one with the same configuration and name. A new
 * model has the weights and the optimizer state of the old one; afterwards, train only the new model. Masks, states,
 * `returnSequences` and saving work as before. Regularizers, which tfjs's recurrent layers ignore, take effect. A
 * program that only loads such a model calls {@link registerRecurrent} first.
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
 * @throws ClippingError `bad-option` or `unknown-option` for the options; `not-recurrent` if the target contains no SimpleRNN,
 *   LSTM or GRU; `already-built` for a layer that has its weights; `not-built` for a model that has none.
 * @category Clipping inside BPTT
 */
export function clipBackprop<Target extends Layer | LayersModel | InstanceType<typeof layers.RNNCell>>(
  cellOrLayer: Target,
  options: ClipBackpropOptions,
): Target {
  registerLayers([...CLIPPED_CELLS, ...CLIPPED_LAYERS]);
  const clipped = { clipBackprop: toClipConfig(parseClipOptions(options)) };
  let found = 0;
  const replace: ReplaceLayer = ({ className, config }) => {
    const replacement = clippedClassName(className);
    if (replacement === undefined) return undefined;
    found += 1;
    return { className: replacement, config: { ...config, ...clipped } };
  };

  if (typeof cellOrLayer?.getClassName !== 'function') throw notRecurrentError(formatValue(cellOrLayer));
  if (!isModel(cellOrLayer) && cellOrLayer.built) {
    throw new ClippingError(
      'already-built',
      `\`clipBackprop(${cellOrLayer.name})\` needs a layer that has not been used yet; this one already has weights. ` +
        'Wrap the layer before you add it to a model, or pass the whole model to clipBackprop, which keeps its weights.',
    );
  }
  const created = isModel(cellOrLayer)
    ? rebuildModel(cellOrLayer, 'clipBackprop(model)', replace)
    : createLayer<Layer>(replaceLayers(toLayerSpec(cellOrLayer), replace));
  if (found === 0) {
    if (isModel(created)) created.dispose();
    throw notRecurrentError(`${cellOrLayer.getClassName()} ${cellOrLayer.name}`);
  }
  if (isModel(cellOrLayer)) moveOptimizerState(cellOrLayer, created as unknown as LayersModel);
  // A layer's configuration does not include its `weights` option.
  const { initialWeights } = cellOrLayer as Layer;
  if (initialWeights) (created as Layer).initialWeights = initialWeights;
  return created as Target;
}

// These layers read `clipBackprop` from their configuration.
const CLIPS_ITSELF = /^(Clipped|Fused)(SimpleRNN|LSTM|GRU)(Cell)?$/;
const TFJS_CLASS = /^(SimpleRNN|LSTM|GRU)(Cell)?$/;

function clippedClassName(className: LayerSpec['className']): string | undefined {
  if (CLIPS_ITSELF.test(className)) return className;
  return TFJS_CLASS.test(className) ? `Clipped${className}` : undefined;
}

function notRecurrentError(received: string): ClippingError {
  return new ClippingError(
    'not-recurrent',
    '`clipBackprop` takes a SimpleRNN, LSTM or GRU, as a cell, a layer, or inside rnn, stackedRNNCells, ' +
      `bidirectional or a model; received ${received}. ` +
      'To clip the gradients of other layers, use clipOptimizer.',
  );
}
