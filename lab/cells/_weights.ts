import * as tf from '@tensorflow/tfjs';

/** The default initializers of tf.layers, seeded so that runs are reproducible. */
export function seededInitializers(seed: number) {
  return {
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
    recurrentInitializer: tf.initializers.orthogonal({ seed: seed + 1 }),
  };
}

/** Normal initializers with mean 0 and standard deviation 0.1, which is small for 50 units. */
export function smallInitializers(seed: number) {
  return {
    kernelInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed }),
    recurrentInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed: seed + 1 }),
  };
}
