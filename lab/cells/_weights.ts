import * as tf from '@tensorflow/tfjs';

/** The initializers that tf.layers would take by itself, seeded so that a run can be repeated. */
export function seededInitializers(seed: number) {
  return {
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
    recurrentInitializer: tf.initializers.orthogonal({ seed: seed + 1 }),
  };
}

/** Every weight drawn from a normal distribution of mean 0 and standard deviation 0.1, which is small for 50 units. */
export function smallInitializers(seed: number) {
  return {
    kernelInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed }),
    recurrentInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed: seed + 1 }),
  };
}
