import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError } from '../../core/errors.ts';
import { moveOptimizerState, rebuildModel } from '../rebuild-model.ts';
import { registerLayers } from '../register-layers.ts';
import { FUSED_LAYERS, reasonNotFusable } from './layer-classes.ts';

const REPLACEABLE = /^(Clipped)?(SimpleRNN|LSTM|GRU)$/;

/**
 * Replaces every SimpleRNN, LSTM and GRU layer of a model with a fused layer, and keeps the weights.
 *
 * It also replaces layers inside bidirectional layers and nested models, and keeps the options of {@link clipBackprop}.
 * Layers that cannot be fused (dropout, unsupported activations, cells inside rnn) stay unchanged. If the model is
 * compiled, the new model is compiled with the same optimizer object, which keeps its state, such as the moments of
 * Adam, for the new variables; afterwards, train only the new model.
 * Regularizers, which tfjs's recurrent layers ignore, take effect in fused layers.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { accelerate } from 'gradclip/recurrent';
 *
 * const model = tf.sequential({ layers: [tf.layers.lstm({ units: 8, inputShape: [20, 3] }), tf.layers.dense({ units: 1 })] });
 * const fast = accelerate(model);
 * ```
 *
 * @returns A new model. The given model is unchanged; the caller disposes it.
 * @throws ClippingError `not-built` for a model without weights, `not-recurrent` for a model without such layers,
 *   `not-fusable` if none of them can be fused.
 * @category Fused layers
 */
export function accelerate<Model extends LayersModel>(model: Model): Model {
  registerLayers(FUSED_LAYERS);
  const reasons: string[] = [];
  let fused = 0;
  const created = rebuildModel(model, 'accelerate(model)', ({ className, config }) => {
    if (!REPLACEABLE.test(className)) {
      if (/^Fused/.test(className)) fused += 1;
      return undefined;
    }
    const reason = reasonNotFusable(config);
    if (reason !== undefined) {
      reasons.push(`${String(config['name'])} ${reason}`);
      return undefined;
    }
    fused += 1;
    return { className: className.replace(/^(Clipped)?/, 'Fused'), config };
  });
  if (fused > 0) {
    moveOptimizerState(model, created);
    return created;
  }
  created.dispose();
  if (reasons.length > 0) {
    throw new ClippingError(
      'not-fusable',
      `\`accelerate(${model.name})\` needs a layer that can be fused. ${reasons.join(' ')}`,
    );
  }
  throw new ClippingError(
    'not-recurrent',
    `\`accelerate(${model.name})\` needs a model with a SimpleRNN, LSTM or GRU layer; received one with ` +
      `${model.layers.map((layer) => layer.getClassName()).join(', ')}. Cells inside rnn cannot be fused.`,
  );
}
