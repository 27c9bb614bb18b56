import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ClippingError } from '../../core/errors.ts';
import { rebuilt } from '../rebuild.ts';
import { registerFusedLayers } from './factories.ts';
import { unfusable } from './layers.ts';

const REPLACEABLE = /^(Clipped)?(SimpleRNN|LSTM|GRU)$/;

/**
 * A model with every SimpleRNN, LSTM and GRU layer replaced by its fused twin, weights kept.
 *
 * Finds them inside bidirectional layers and nested models too, and takes over what {@link clipBackprop} set. Layers
 * that cannot be fused (dropout masks, other activations, cells inside rnn) stay as they are. A compiled model gives
 * a compiled one, with the same optimizer object: train one of the two from then on, not both.
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
 * @returns A new model; the given one is left as it is, and is the caller's to dispose.
 * @throws ClippingError `not-built` for a model without weights, `not-recurrent` for one without such layers,
 *   `not-fusable` where not one of them can be fused.
 * @category Fused layers
 */
export function accelerate<Model extends LayersModel>(model: Model): Model {
  registerFusedLayers();
  const reasons: string[] = [];
  let fused = 0;
  const made = rebuilt(model, 'accelerate(model)', ({ className, config }) => {
    if (!REPLACEABLE.test(className)) {
      if (/^Fused/.test(className)) fused += 1;
      return undefined;
    }
    const reason = unfusable(config);
    if (reason !== undefined) {
      reasons.push(`${String(config['name'])} ${reason}`);
      return undefined;
    }
    fused += 1;
    return { className: className.replace(/^(Clipped)?/, 'Fused'), config };
  });
  if (fused > 0) return made;
  made.dispose();
  if (reasons.length > 0) {
    throw new ClippingError(
      'not-fusable',
      `\`accelerate(${model.name})\` found no layer to fuse. ${reasons.join(' ')}`,
    );
  }
  throw new ClippingError(
    'not-recurrent',
    `\`accelerate(${model.name})\` found no SimpleRNN, LSTM or GRU layer; it has ` +
      `${model.layers.map((layer) => layer.getClassName()).join(', ')}. Cells inside rnn cannot be fused.`,
  );
}
