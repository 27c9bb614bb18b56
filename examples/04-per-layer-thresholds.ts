import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { perLayer } from 'gradclip/strategies';

const model = tf.sequential();
model.add(tf.layers.lstm({ name: 'encoder', units: 8, inputShape: [20, 2], returnSequences: true }));
model.add(tf.layers.lstm({ name: 'decoder', units: 8 }));
model.add(tf.layers.dense({ name: 'head', units: 1 }));

// Recurrent layers have a low threshold, the head is not clipped, and all other layers use 1.
const strategy = perLayer({ maxNorm: 1, layers: { '*coder': 0.1, head: Infinity } });
const optimizer = clipOptimizer(tf.train.adam(0.01), strategy);
model.compile({ optimizer, loss: 'meanSquaredError' });

const xs = tf.randomNormal([32, 20, 2], 0, 1, 'float32', 1);
await model.fit(xs, xs.sum([1, 2]).expandDims(1), { epochs: 5, verbose: 0 });

const { clipRate, dominant, steps } = await optimizer.stats();
console.log(`${Math.round(100 * clipRate)} % of ${steps} steps were clipped`);
const most = Object.entries(dominant).map(([variable, times]) => `${variable} in ${times}`);
console.log(`steps in which one variable was most of the gradient: ${most.join(', ') || 'none'}`);
