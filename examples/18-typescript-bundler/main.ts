import * as tf from '@tensorflow/tfjs';
import { chain, clipOptimizer, scheduled, type StepRecord } from 'gradclip';
import { globalNorm, perValue } from 'gradclip/strategies';

// Clamps single elements, then clips by global norm at a threshold that falls from 4 to 1 over five steps.
const tightening = scheduled(globalNorm, { maxNorm: { kind: 'linear', from: 4, to: 1, steps: 5 } });
const strategy = chain(perValue({ maxAbs: 10 }), tightening);

const show = ({ step, normBefore, normAfter }: StepRecord): void =>
  console.log(`step ${step}: norm ${normBefore.toFixed(2)} → ${normAfter.toFixed(2)}`);

const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
const optimizer = clipOptimizer(tf.train.sgd(0.1), strategy, { onStep: show });
for (let step = 0; step < 6; step += 1) optimizer.minimize(() => w.square().sum().asScalar());
