import * as tf from '@tensorflow/tfjs';
import { clipGradients, clipOptimizer } from 'gradclip';
import { adaptivePercentile } from 'gradclip/strategies';

// Learns y = 3x. Every twentieth batch has wrong targets, a thousand times too large.
const slope = tf.variable(tf.scalar(0), true, 'slope');
const isWrong = (step: number) => step % 20 === 19;
function loss(step: number): tf.Scalar {
  const x = tf.randomUniform([32], 0, 1, 'float32', step);
  return tf.losses.meanSquaredError(x.mul(isWrong(step) ? 3000 : 3), x.mul(slope));
}
function print(step: number, before: number, after: number): void {
  console.log(
    `step ${step}: norm ${before.toFixed(2)} → ${after.toFixed(2)}, slope ${slope.dataSync()[0]?.toFixed(2)}`,
  );
}

// `minimize` computes the gradients, clips them and takes the step.
const optimizer = clipOptimizer(tf.train.sgd(0.2), adaptivePercentile({ percentile: 90, window: 50 }), {
  onStep({ step, normBefore, normAfter }) {
    if (step % 10 === 0 || isWrong(step)) print(step, normBefore, normAfter);
  },
});
for (let step = 0; step < 60; step += 1) optimizer.minimize(() => loss(step));

// For gradients that you compute yourself: `clipGradients` works with any optimizer.
const sgd = tf.train.sgd(0.2);
const { grads } = tf.variableGrads(() => loss(79));
const { gradients, norm } = clipGradients(grads, 0.1);
sgd.applyGradients(gradients);
print(79, norm.dataSync()[0] ?? 0, gradients['slope']?.norm().dataSync()[0] ?? 0);
