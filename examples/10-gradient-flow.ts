import * as tf from '@tensorflow/tfjs';
import { fastOrthogonal, gradientFlow, recurrentHealth } from 'gradclip/recurrent';

const xs = tf.randomNormal([16, 40, 2], 0, 1, 'float32', 1);
const ys = tf.zeros([16, 1]);

for (const gain of [0.8, 1, 1.8]) {
  const rnn = tf.layers.simpleRNN({
    units: 16,
    inputShape: [40, 2],
    kernelInitializer: tf.initializers.randomNormal({ stddev: 0.05, seed: 2 }),
    recurrentInitializer: fastOrthogonal({ gain, seed: 3 }),
  });
  const head = tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) });
  const model = tf.sequential({ layers: [rnn, head] });

  // The health is computed from the weights alone, the flow from this data.
  for (const { because } of await recurrentHealth(model)) console.log(because);
  for (const { norms } of await gradientFlow(model, xs, ys, 'meanSquaredError')) {
    const at = (t: number) => `step ${t + 1}: ${norms[t]?.toExponential(1)}`;
    console.log(`  ‖∂L/∂h‖ at ${[39, 29, 19, 9, 0].map(at).join(', ')}`);
  }
}
