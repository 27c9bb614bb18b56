import * as tf from '@tensorflow/tfjs';

/** The optimizers by id, with the defaults of tfjs. */
export const optimizers: Readonly<Record<string, (learningRate: number) => tf.Optimizer>> = {
  sgd: (learningRate) => tf.train.sgd(learningRate),
  momentum: (learningRate) => tf.train.momentum(learningRate, 0.9),
  adam: (learningRate) => tf.train.adam(learningRate),
  rmsprop: (learningRate) => tf.train.rmsprop(learningRate),
  adagrad: (learningRate) => tf.train.adagrad(learningRate),
};
