import * as tf from '@tensorflow/tfjs';
import { identityScaled } from 'gradclip/recurrent';
import { deriveSeed } from '../random.ts';
import { defineCell } from './_cell.ts';

/**
 * A ReLU network whose recurrent kernel starts as the identity, so that units initially copy their state.
 *
 * Source: Le, Jaitly & Hinton (2015), "A simple way to initialize recurrent networks of rectified linear units",
 * section 4. The other weights are drawn from a normal distribution with standard deviation 0.001.
 */
export const irnn = defineCell({
  id: 'irnn',
  title: 'SimpleRNN with ReLU units and identity recurrent kernel (IRNN)',
  layer: ({ seed, ...shape }) =>
    tf.layers.simpleRNN({
      name: 'rnn',
      activation: 'relu',
      ...shape,
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.001, seed: deriveSeed(seed, 'kernel') }),
      recurrentInitializer: identityScaled(),
    }),
});
