import * as tf from '@tensorflow/tfjs';
import { defineCell } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** `tf.layers.lstm` with seeded default initializers. */
export const lstm = defineCell({
  id: 'lstm',
  title: 'LSTM',
  layer: ({ seed, ...shape }) => tf.layers.lstm({ name: 'lstm', ...shape, ...seededInitializers(seed) }),
});
