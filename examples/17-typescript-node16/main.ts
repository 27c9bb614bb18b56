import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, type ClipOptions, type ClipStats } from 'gradclip';
import { perValue, type PerValueOptions } from 'gradclip/strategies';

const bound: PerValueOptions = { maxAbs: 0.5 };
const settings: ClipOptions = { onNonFinite: 'throw', window: 10 };

const w = tf.variable(tf.tensor1d([3, -4]), true, 'w');
const optimizer = clipOptimizer(tf.train.sgd(0.1), perValue(bound), settings);
for (let step = 0; step < 3; step += 1) optimizer.minimize(() => w.square().sum().asScalar());

const { steps, normAfter }: ClipStats = await optimizer.stats();
console.log(`${steps} steps, none longer than ${normAfter.max.toFixed(2)}`);
