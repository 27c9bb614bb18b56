import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '../random.ts';
import type { CellRequest } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** A recurrent layer in a stack. */
export type StackedLayer = ReturnType<typeof tf.layers.simpleRNN>;

const MIDDLE_LAYERS = 2;

/**
 * Creates a stack: a dense layer to the width of the state, two recurrent layers in the middle and a final one.
 *
 * @param wrap wraps each of the middle layers
 */
export function createStack(request: CellRequest, wrap: (layer: StackedLayer) => tf.layers.Layer): tf.layers.Layer {
  const { units, seed, returnSequences, inputShape, name = 'stack' } = request;
  const recurrent = (index: number, sequences: boolean): StackedLayer =>
    tf.layers.simpleRNN({
      name: `${name}-${index}`,
      units,
      returnSequences: sequences,
      ...seededInitializers(deriveSeed(seed, 'layer', index)),
    }) as StackedLayer;
  const project = tf.layers.dense({
    name: `${name}-0`,
    units,
    useBias: false,
    kernelInitializer: tf.initializers.glorotUniform({ seed: deriveSeed(seed, 'projection') }),
    ...(inputShape === undefined ? {} : { inputShape }),
  });
  const middle = Array.from({ length: MIDDLE_LAYERS }, (_, index) => wrap(recurrent(index + 1, true)));
  const layers = [project, ...middle, recurrent(MIDDLE_LAYERS + 1, returnSequences)];
  return tf.sequential({ name, layers }) as unknown as tf.layers.Layer;
}
