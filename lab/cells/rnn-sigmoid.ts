import * as tf from '@tensorflow/tfjs';
import { defineCell } from './_cell.ts';
import { smallInitializers } from './_weights.ts';

/** A sigmoid network with small initial weights, whose gradients vanish quickly because σ′ ≤ 1/4. */
export const rnnSigmoid = defineCell({
  id: 'rnn-sigmoid',
  title: 'SimpleRNN with sigmoid units, small random weights',
  layer: ({ seed, ...shape }) =>
    tf.layers.simpleRNN({ name: 'rnn', activation: 'sigmoid', ...shape, ...smallInitializers(seed) }),
});
