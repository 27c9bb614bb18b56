import * as tf from '@tensorflow/tfjs';
import { defineStrategy, globalNormOf, limitFactors, positive, scaleAll } from 'gradclip/define';
import { strategyModule } from 'gradclip/container';
import { createLabContainer, defineCell, LAB_TOKENS, runExperiment } from 'gradclip-lab';

const reluRnn = defineCell({
  id: 'relu-rnn',
  title: 'SimpleRNN with ReLU',
  layer: ({ seed, ...shape }) =>
    tf.layers.simpleRNN({
      ...shape,
      activation: 'relu',
      kernelInitializer: tf.initializers.glorotUniform({ seed }),
      recurrentInitializer: tf.initializers.identity({ gain: 1 }),
    }),
});

const largestElement = defineStrategy({
  id: 'largest-element',
  title: 'Scale until the largest element fits',
  laws: { direction: 'global', idempotent: true },
  fields: { maxAbs: positive({ default: 1, about: 'Largest magnitude of a gradient element.' }) },
  clip: ({ maxAbs }, gradients) => scaleAll(gradients, limitFactors(globalNormOf(gradients, { ord: 'inf' }), maxAbs)),
});

const container = createLabContainer();
container.bind(LAB_TOKENS.Cell).toConstantValue(reluRnn);
container.load(strategyModule([largestElement]));

const strategies = [{ id: 'none' }, { id: 'largest-element', options: { maxAbs: 50 } }];
const adding = { tasks: ['adding'], settings: { units: 8, length: 10 }, optimizers: ['adam'], learningRates: [0.01] };
for await (const record of runExperiment(
  { ...adding, cells: ['relu-rnn'], strategies, seeds: [1], steps: 5 },
  { container },
)) {
  if (record.type === 'start') console.log(record.config.strategy.id);
  if (record.type === 'step')
    console.log(`  step ${record.step}: ‖g‖ ${record.normBefore.toFixed(3)} → ${record.normAfter.toFixed(3)}`);
}
