import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { adaptivePercentile } from 'gradclip/strategies';

const model = tf.sequential({
  layers: [tf.layers.gru({ units: 4, inputShape: [10, 1] }), tf.layers.dense({ units: 1 })],
});
model.compile({ optimizer: clipOptimizer(tf.train.adam(0.01), adaptivePercentile()), loss: 'meanSquaredError' });

const xs = tf.randomNormal([32, 10, 1], 0, 1, 'float32', 1);
const ys = xs.mean(1);
const twentySteps = { epochs: 20, shuffle: false, verbose: 0 } as const;
await model.fit(xs, ys, twentySteps);

// Saves to memory; a file, IndexedDB or a server work the same way.
let saved: tf.io.ModelArtifacts | undefined;
const save = tf.io.withSaveHandler((artifacts) => {
  saved = artifacts;
  return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
});
await model.save(save, { includeOptimizer: true });
const resumed = await tf.loadLayersModel({ load: () => Promise.resolve(saved ?? {}) });

await model.fit(xs, ys, twentySteps);
await resumed.fit(xs, ys, twentySteps);
const apart = model.getWeights().map((weight, index) => {
  const other = resumed.getWeights()[index] ?? weight;
  return weight.sub(other).abs().max().dataSync()[0] ?? NaN;
});
console.log(`largest difference after resuming: ${Math.max(...apart)}`);
