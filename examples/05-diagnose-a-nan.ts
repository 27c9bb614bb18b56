import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, diagnose } from 'gradclip';
import { globalNorm, none } from 'gradclip/strategies';

// The target is the sum of forty numbers, so the gradient passes through all forty steps.
const xs = tf.randomNormal([8, 40, 1], 0, 1, 'float32', 3);
const ys = xs.sum(1);
const { glorotUniform, identity } = tf.initializers;

async function lossAfterTraining(optimizer: tf.Optimizer): Promise<number> {
  const model = tf.sequential();
  model.add(
    tf.layers.simpleRNN({
      units: 4,
      activation: 'linear',
      inputShape: [40, 1],
      kernelInitializer: glorotUniform({ seed: 1 }),
      recurrentInitializer: identity({ gain: 1 }),
    }),
  );
  model.add(tf.layers.dense({ units: 1, kernelInitializer: glorotUniform({ seed: 2 }) }));
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const { history } = await model.fit(xs, ys, { epochs: 20, verbose: 0 });
  return Number(history['loss']?.at(-1));
}

// `none` clips nothing but records every step, so the records show what went wrong.
const measured = clipOptimizer(tf.train.sgd(0.002), none());
const unclippedLoss = await lossAfterTraining(measured);
for (const sentence of diagnose(await measured.records())) console.log(sentence);

const clipped = clipOptimizer(tf.train.sgd(0.002), globalNorm({ maxNorm: 5 }));
const clippedLoss = await lossAfterTraining(clipped);
console.log(`loss without clipping: ${unclippedLoss}`);
console.log(`loss with clipping: ${clippedLoss.toFixed(1)}; a model that always predicts 0 has 40`);
