import * as tf from '@tensorflow/tfjs';
import { fastOrthogonal } from 'gradclip/recurrent';
import { deriveSeed } from '../random.ts';
import { defineCell } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** A tanh network whose recurrent kernel is 0.95 times an orthogonal matrix, just below where gradients can explode. */
export const rnnRadius = defineCell({
  id: 'rnn-radius',
  title: 'SimpleRNN with tanh units, spectral radius 0.95',
  layer: ({ seed, ...shape }) =>
    tf.layers.simpleRNN({
      name: 'rnn',
      ...shape,
      ...seededInitializers(seed),
      recurrentInitializer: fastOrthogonal({ gain: 0.95, seed: deriveSeed(seed, 'recurrent') }),
    }),
});
