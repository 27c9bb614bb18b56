import * as tf from '@tensorflow/tfjs';

/** The initializers that tf.layers would take by itself, seeded so that a run can be repeated. */
export function seededWeights(seed: number) {
  return {
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
    recurrentInitializer: tf.initializers.orthogonal({ seed: seed + 1 }),
  };
}
