import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';

const model = tf.sequential();
model.add(tf.layers.simpleRNN({ units: 16, inputShape: [30, 1], recurrentInitializer: 'glorotUniform' }));
model.add(tf.layers.dense({ units: 1 }));

const optimizer = clipOptimizer(tf.train.sgd(0.1), globalNorm({ maxNorm: 1 }));
model.compile({ optimizer, loss: 'meanSquaredError' });

// The target is the sum of thirty numbers, so the gradient passes through all thirty steps.
const xs = tf.randomNormal([64, 30, 1], 0, 1, 'float32', 7);
await model.fit(xs, xs.sum(1), { epochs: 5, verbose: 0 });

const { steps, clipRate, normBefore } = await optimizer.stats();
console.log(`${steps} steps, ${Math.round(100 * clipRate)} % clipped, median norm ${normBefore.median.toFixed(2)}`);
