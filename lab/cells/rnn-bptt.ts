import * as tf from '@tensorflow/tfjs';
import { clipBackprop } from 'gradclip/recurrent';
import { defineCell } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** `rnn` that clips ∂L/∂zₜ to norm 0.1 at every time step of BPTT, before any strategy receives the gradients. */
export const rnnBptt = defineCell({
  id: 'rnn-bptt',
  title: 'SimpleRNN, clipped inside BPTT at norm 0.1',
  layer: ({ seed, ...shape }) =>
    clipBackprop(tf.layers.simpleRNN({ name: 'rnn', ...shape, ...seededInitializers(seed) }), { maxNorm: 0.1 }),
});
