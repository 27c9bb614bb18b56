import * as tf from '@tensorflow/tfjs';
import { defineCell } from './_cell.ts';
import { seededInitializers } from './_weights.ts';

/** `rnn` with an L2 penalty of 0.001·‖U‖² on its recurrent kernel, which limits the spectral radius. */
export const rnnL2 = defineCell({
  id: 'rnn-l2',
  title: 'SimpleRNN, L2 penalty 0.001 on the recurrent kernel',
  layer: ({ seed, ...shape }) =>
    tf.layers.simpleRNN({
      name: 'rnn',
      ...shape,
      ...seededInitializers(seed),
      recurrentRegularizer: tf.regularizers.l2({ l2: 0.001 }),
    }),
});
