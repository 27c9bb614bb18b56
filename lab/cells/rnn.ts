import * as tf from '@tensorflow/tfjs';
import { defineCell } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** `tf.layers.simpleRNN` with seeded default initializers. */
export const rnn = defineCell({
  id: 'rnn',
  title: 'SimpleRNN',
  layer: ({ seed, ...shape }) => tf.layers.simpleRNN({ name: 'rnn', ...shape, ...seededInitializers(seed) }),
});
