import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { defineStrategy, globalNormOf, limitFactors, positive, scaleAll } from 'gradclip/define';
import { createContainer, strategyModule, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';

const warmNorm = defineStrategy({
  id: 'warm-norm',
  title: 'Global norm that is stricter at first',
  laws: { direction: 'global', idempotent: true },
  fields: { maxNorm: positive({ default: 1, about: 'Longest norm that passes after the first hundred steps.' }) },
  clip({ maxNorm }, gradients, { step }) {
    const limit = maxNorm * Math.min(1, (step + 1) / 100);
    return scaleAll(gradients, limitFactors(globalNormOf(gradients), limit));
  },
});

const container = createContainer({ strategies: allStrategies });
container.load(strategyModule([warmNorm]));
const strategy = container.get(TOKENS.StrategyRegistry).create('warm-norm', { maxNorm: 2 });

const w = tf.variable(tf.tensor1d([0, 0, 0]), true, 'w');
clipOptimizer(tf.train.sgd(1), strategy).applyGradients({ w: tf.tensor1d([1, 2, 3]) });
console.log(`‖step‖ = ${w.norm().dataSync()[0]?.toFixed(3)}`);
