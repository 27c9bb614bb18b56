const tf = require('@tensorflow/tfjs');
// In Node, `require` loads the ES modules of gradclip. Other tools, such as Jest, load its CommonJS build.
const { clipOptimizer } = require('gradclip');
const { globalNorm } = require('gradclip/strategies');

async function main() {
  const model = tf.sequential();
  model.add(tf.layers.simpleRNN({ units: 8, inputShape: [20, 1], recurrentInitializer: 'glorotUniform' }));
  model.add(tf.layers.dense({ units: 1 }));
  const optimizer = clipOptimizer(tf.train.sgd(0.05), globalNorm({ maxNorm: 2 }));
  model.compile({ optimizer, loss: 'meanSquaredError' });

  const xs = tf.randomNormal([64, 20, 1], 0, 1, 'float32', 7);
  await model.fit(xs, xs.sum(1).div(20 ** 0.5), { epochs: 5, verbose: 0 });

  const { steps, clipRate } = await optimizer.stats();
  console.log(`${steps} steps, ${Math.round(100 * clipRate)} % clipped`);

  // Both load the same modules, so a program may use either.
  const { clipOptimizer: imported } = await import('gradclip');
  console.log(`require and import() give the same function: ${imported === clipOptimizer}`);
}

main();
