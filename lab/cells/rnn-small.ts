import * as tf from '@tensorflow/tfjs';
import { defineCell } from './_cell.ts';
import { smallInitializers } from './_weights.ts';

/** A tanh network with small initial weights and a spectral radius of about 0.1·√units. */
export const rnnSmall = defineCell({
  id: 'rnn-small',
  title: 'SimpleRNN with tanh units, small random weights',
  layer: ({ seed, ...shape }) => tf.layers.simpleRNN({ name: 'rnn', ...shape, ...smallInitializers(seed) }),
});
