import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '../random.ts';

/** The default initializers of tf.layers, seeded so that runs are reproducible. */
export function seededInitializers(seed: number) {
  return {
    kernelInitializer: tf.initializers.glorotUniform({ seed: deriveSeed(seed, 'kernel') }),
    recurrentInitializer: tf.initializers.orthogonal({ seed: deriveSeed(seed, 'recurrent') }),
  };
}

/** Normal initializers with mean 0 and standard deviation 0.1, which is small for 50 units. */
export function smallInitializers(seed: number) {
  return {
    kernelInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed: deriveSeed(seed, 'kernel') }),
    recurrentInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed: deriveSeed(seed, 'recurrent') }),
  };
}
