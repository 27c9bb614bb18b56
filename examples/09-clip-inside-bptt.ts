import * as tf from '@tensorflow/tfjs';
import { clipBackprop, fastOrthogonal } from 'gradclip/recurrent';

// The gradient of one recurrent layer grows with every step back; in the other layer, it is clipped at each step.
const layer = () =>
  tf.layers.simpleRNN({
    units: 16,
    inputShape: [60, 2],
    kernelInitializer: tf.initializers.randomNormal({ stddev: 0.05, seed: 1 }),
    recurrentInitializer: fastOrthogonal({ gain: 1.8, seed: 2 }),
  });
const head = () => tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) });
const plain = tf.sequential({ layers: [layer(), head()] });
const clipped = tf.sequential({ layers: [clipBackprop(layer(), { maxNorm: 0.5 }), head()] });

const xs = tf.randomNormal([32, 60, 2], 0, 1, 'float32', 4);
const ys = xs.slice([0, 0, 0], [-1, 1, 1]).reshape([32, 1]);

for (const [name, model] of Object.entries({ plain, clipped })) {
  const loss = () => tf.losses.meanSquaredError(ys, model.apply(xs, { training: true }) as tf.Tensor) as tf.Scalar;
  const { grads } = tf.variableGrads(
    loss,
    model.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  const norms = Object.values(grads).map((gradient) => gradient.norm().dataSync()[0]?.toFixed(2));
  console.log(`${name}: gradient norms of kernel, recurrent kernel, biases and head: ${norms.join(', ')}`);
}
