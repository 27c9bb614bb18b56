import * as tf from '@tensorflow/tfjs';
import { identityScaled } from 'gradclip/recurrent';
import { defineCell } from './_cell.ts';

/**
 * Rectified linear units that start by copying their state.
 *
 * Source: Le, Jaitly & Hinton (2015), "A simple way to initialize recurrent networks of rectified linear units",
 * section 4: the other weights are drawn from a normal distribution of standard deviation 0.001.
 */
export const irnn = defineCell({
  id: 'irnn',
  title: 'SimpleRNN with rectified linear units, identity recurrent kernel (IRNN)',
  layer: ({ seed, ...shape }) =>
    tf.layers.simpleRNN({
      name: 'rnn',
      activation: 'relu',
      ...shape,
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.001, seed }),
      recurrentInitializer: identityScaled(),
    }),
});
