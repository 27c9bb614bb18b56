// Helpers for tests with whole models: gradients on fixed data, saving and loading.
import * as tf from '@tensorflow/tfjs';

/** Eight sequences of 6 steps with 3 features, some padded with zeros, and one target for each. */
export const data = (): [tf.Tensor, tf.Tensor] =>
  tf.tidy(() => {
    const x = tf.randomNormal([8, 6, 3], 0, 1, 'float32', 3);
    const lengths = tf.tensor3d([6, 6, 5, 4, 3, 6, 2, 6], [8, 1, 1]);
    const real = tf.cast(tf.less(tf.reshape(tf.range(0, 6), [1, 6, 1]), lengths), 'float32');
    return [tf.mul(x, real), tf.randomNormal([8, 1], 0, 1, 'float32', 4)];
  });

/** Computes the gradients of the mean squared error for all weights, as one list of numbers. */
export function gradientsOf(model: tf.LayersModel): number[] {
  return tf.tidy(() => {
    const [x, y] = data();
    const loss = (): tf.Scalar => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor);
    const { grads } = tf.engine().gradients(
      loss,
      model.weights.map((weight) => weight.read()),
    );
    return grads.flatMap((gradient) => Array.from(gradient.dataSync()));
  });
}

/** Saves a model to JSON and binary weights, and loads it again. */
export async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler((artifacts) => {
    saved = JSON.parse(JSON.stringify(artifacts)) as tf.io.ModelArtifacts;
    saved.weightData = artifacts.weightData!;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
  });
  await model.save(handler);
  return tf.loadLayersModel(tf.io.fromMemory(saved));
}
