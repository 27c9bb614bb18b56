import * as tf from '@tensorflow/tfjs';
import { defineCell } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** `tf.layers.gru` with seeded default initializers. */
export const gru = defineCell({
  id: 'gru',
  title: 'GRU',
  layer: ({ seed, ...shape }) => tf.layers.gru({ name: 'gru', ...shape, ...seededInitializers(seed) }),
});
