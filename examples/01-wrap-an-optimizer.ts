import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';

// The target is the sum of twenty numbers, so the gradient passes through all twenty steps.
const xs = tf.randomNormal([256, 20, 1], 0, 1, 'float32', 1);
const ys = xs.sum(1).div(20 ** 0.5);

async function train(optimizer: tf.Optimizer): Promise<string> {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 2 });
  const recurrentInitializer = tf.initializers.identity({ gain: 1 });
  const initializers = { kernelInitializer, recurrentInitializer };
  const model = tf.sequential();
  model.add(tf.layers.simpleRNN({ units: 8, activation: 'linear', inputShape: [20, 1], ...initializers }));
  model.add(tf.layers.dense({ units: 1, kernelInitializer }));
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const { history } = await model.fit(xs, ys, { epochs: 6, shuffle: false, verbose: 0 });
  return (history['loss'] ?? []).map((loss) => Number(loss).toPrecision(2)).join(', ');
}

console.log(`loss without clipping: ${await train(tf.train.sgd(0.01))}`);

const clipped = clipOptimizer(tf.train.sgd(0.01), globalNorm({ maxNorm: 5 }));
console.log(`loss with clipping: ${await train(clipped)}`);

const { steps, clipRate, normBefore } = await clipped.stats();
console.log(`clipped ${Math.round(steps * clipRate)} of ${steps} steps`);
console.log(`norms before clipping: median ${normBefore.median.toFixed(1)}, largest ${normBefore.max.toFixed(1)}`);
