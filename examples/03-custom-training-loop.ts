import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { adaptivePercentile } from 'gradclip/strategies';

const w = tf.variable(tf.tensor1d([5, -3]), true, 'w');
const optimizer = clipOptimizer(tf.train.momentum(0.05, 0.9), adaptivePercentile({ percentile: 50, window: 20 }), {
  onStep({ step, normBefore, normAfter, clipped }) {
    if (step % 20 === 0) {
      console.log(`step ${step}: norm ${normBefore.toFixed(3)}${clipped ? ` → ${normAfter.toFixed(3)}` : ''}`);
    }
  },
});

for (let step = 0; step < 61; step += 1) {
  optimizer.minimize(() => tf.sum(tf.square(w)));
}
console.log(`loss ${tf.sum(tf.square(w)).dataSync()[0]?.toExponential(1)}`);
