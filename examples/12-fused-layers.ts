import * as tf from '@tensorflow/tfjs';
import { accelerate, fusedGRU } from 'gradclip/recurrent';

// Accelerates an existing model: same weights, same outputs, less time.
const model = tf.sequential({
  layers: [
    tf.layers.bidirectional({
      layer: tf.layers.lstm({ units: 16, returnSequences: true }) as tf.RNN,
      inputShape: [12, 8],
    } as never),
    tf.layers.gru({ units: 16 }),
    tf.layers.dense({ units: 1 }),
  ],
});
const fast = accelerate(model);
console.log(fast.layers.map((layer) => layer.getClassName()).join(' → '));

const xs = tf.randomNormal([16, 12, 8], 0, 1, 'float32', 1);
const ys = xs.mean([1, 2]).reshape([16, 1]);
const [slow, quick] = [model, fast].map((each) => each.predict(xs) as tf.Tensor) as [tf.Tensor, tf.Tensor];
console.log(`largest difference of their predictions: ${slow.sub(quick).abs().max().dataSync()[0]?.toExponential(0)}`);

for (const [name, each] of Object.entries({ 'tf.layers': model, fused: fast })) {
  each.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  await each.trainOnBatch(xs, ys);
  const start = performance.now();
  for (let step = 0; step < 2; step += 1) await each.trainOnBatch(xs, ys);
  console.log(`${name}: ${((performance.now() - start) / 2).toFixed(0)} ms a step on ${tf.getBackend()}`);
}

// Or use a fused layer directly, with the options of tf.layers.gru.
console.log(fusedGRU({ units: 16, returnSequences: true }).computeOutputShape([null, 12, 8]));
