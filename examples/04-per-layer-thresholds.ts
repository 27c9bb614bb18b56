import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { perLayer } from 'gradclip/strategies';

const model = tf.sequential();
model.add(tf.layers.lstm({ name: 'encoder', units: 4, inputShape: [10, 2], returnSequences: true }));
model.add(tf.layers.lstm({ name: 'decoder', units: 4 }));
model.add(tf.layers.dense({ name: 'head', units: 1 }));

// Both LSTMs have a threshold of 0.5, the head is not clipped, and any other layer has a threshold of 5.
const strategy = perLayer({ maxNorm: 5, layers: { '*coder': 0.5, head: Infinity } });
const optimizer = clipOptimizer(tf.train.adam(0.05), strategy);
model.compile({ optimizer, loss: 'meanSquaredError' });

const xs = tf.randomNormal([32, 10, 2], 0, 1, 'float32', 1);
const ys = xs.sum([1, 2]).div(20 ** 0.5);
await model.fit(xs, ys.expandDims(1), { epochs: 20, batchSize: 16, verbose: 0 });

// `norms` has the norm of each variable before clipping; together they give the norm of a layer.
const records = await optimizer.records();
for (const layer of ['encoder', 'decoder', 'head']) {
  const norms = records.map(({ norms }) =>
    Math.hypot(...Object.entries(norms).map(([variable, norm]) => (variable.startsWith(layer) ? norm : 0))),
  );
  console.log(`${layer}: largest norm before clipping ${Math.max(...norms).toFixed(2)}`);
}
console.log(`${records.filter(({ clipped }) => clipped).length} of ${records.length} steps were clipped`);
