import { serialization, type Scalar } from '@tensorflow/tfjs-core';
import { registerClasses } from './register-classes.ts';
import type { Layer } from './tfjs-layers.ts';

interface Bidirectional extends Layer {
  readonly layer: Layer;
  readonly forwardLayer: Layer;
  readonly backwardLayer: Layer;
}

/**
 * Registers classes of recurrent layers with tf.serialization, and makes tf.layers.bidirectional count their penalties.
 *
 * tfjs's bidirectional computes only the penalties of the layer that it copies, which never has weights. Its two copies
 * have penalties only if they are layers of gradclip.
 */
export function registerLayers(classes: readonly unknown[]): void {
  registerClasses(classes);
  const [type] = serialization.SerializationMap.getMap().classNameMap['Bidirectional'] ?? [];
  const calculateLosses = function (this: Bidirectional): Scalar[] {
    return [this.layer, this.forwardLayer, this.backwardLayer].flatMap((layer) => layer.calculateLosses());
  };
  Object.assign((type as unknown as { prototype: object }).prototype, { calculateLosses });
}
