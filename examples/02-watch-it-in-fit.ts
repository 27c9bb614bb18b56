import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { clippingLogs } from 'gradclip/layers';
import { globalNorm } from 'gradclip/strategies';

const model = tf.sequential();
model.add(tf.layers.lstm({ units: 8, inputShape: [10, 1] }));
model.add(tf.layers.dense({ units: 1 }));

const optimizer = clipOptimizer(tf.train.adam(0.02), globalNorm({ maxNorm: 2 }));
model.compile({ optimizer, loss: 'meanSquaredError' });

const xs = tf.randomNormal([64, 10, 1], 0, 1, 'float32', 7);
const { history } = await model.fit(xs, xs.sum(1).div(10 ** 0.5), {
  epochs: 6,
  batchSize: 16,
  verbose: 0,
  callbacks: [
    clippingLogs(optimizer),
    // Other callbacks, such as a chart or a progress bar, find the norms beside the loss.
    new tf.CustomCallback({
      onEpochEnd: (epoch: number, logs?: tf.Logs) => {
        const shown = (name: string) => Number(logs?.[name]).toFixed(2);
        console.log(
          `epoch ${epoch}: loss ${shown('loss')}, norm ${shown('grad_norm')} → ${shown('grad_norm_clipped')}`,
        );
      },
    }),
  ],
});
console.log(`share of steps that were clipped, by epoch: ${history['clip_rate']?.join(', ')}`);
