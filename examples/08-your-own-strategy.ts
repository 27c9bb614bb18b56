import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { defineStrategy, globalNormOf, limitFactors, positive, scaleAll } from 'gradclip/define';
import { createContainer, strategyModule, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';

const warmNorm = defineStrategy({
  id: 'warm-norm',
  title: 'Global norm with a threshold that warms up',
  laws: { direction: 'global', idempotent: true },
  fields: { maxNorm: positive({ default: 1, about: 'Largest norm that passes from the hundredth step on.' }) },
  clip({ maxNorm }, gradients, { step }) {
    const limit = maxNorm * Math.min(1, (step + 1) / 100);
    return scaleAll(gradients, limitFactors(globalNormOf(gradients), limit));
  },
});

const container = createContainer({ strategies: allStrategies });
container.load(strategyModule([warmNorm]));
const registry = container.get(TOKENS.StrategyRegistry);
const strategy = registry.create({ id: 'warm-norm', options: { maxNorm: 2 } });

// The gradient of w·slope is the slope, with a norm of 3 in each step. The threshold rises from 0.02 to 2.
const slope = tf.tensor1d([1, 2, 2]);
const w = tf.variable(tf.tensor1d([0, 0, 0]), true, 'w');
const optimizer = clipOptimizer(tf.train.sgd(0.1), strategy, {
  onStep({ step, normBefore, normAfter }) {
    if ([0, 49, 99, 149].includes(step)) {
      console.log(`step ${step}: norm ${normBefore.toFixed(2)} → ${normAfter.toFixed(2)}`);
    }
  },
});
for (let step = 0; step < 150; step += 1) optimizer.minimize(() => tf.dot(w, slope).asScalar());
