import * as tf from '@tensorflow/tfjs';
import type { CellRequest } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** A recurrent layer as a stack takes it. */
export type StackedLayer = ReturnType<typeof tf.layers.simpleRNN>;

const MIDDLE_LAYERS = 2;

/** A dense layer to the width of the state, two recurrent layers in the middle, each through `around`, and a last one. */
export function createStack(request: CellRequest, around: (layer: StackedLayer) => tf.layers.Layer): tf.layers.Layer {
  const { units, seed, returnSequences, inputShape, name = 'stack' } = request;
  const seedAt = (place: number): number => 1000 * place + seed;
  const recurrent = (place: number, sequences: boolean): StackedLayer =>
    tf.layers.simpleRNN({
      name: `${name}-${place}`,
      units,
      returnSequences: sequences,
      ...seededInitializers(seedAt(place)),
    }) as StackedLayer;
  const project = tf.layers.dense({
    name: `${name}-0`,
    units,
    useBias: false,
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
    ...(inputShape === undefined ? {} : { inputShape }),
  });
  const middle = Array.from({ length: MIDDLE_LAYERS }, (_, place) => around(recurrent(place + 1, true)));
  const layers = [project, ...middle, recurrent(MIDDLE_LAYERS + 1, returnSequences)];
  return tf.sequential({ name, layers }) as unknown as tf.layers.Layer;
}
