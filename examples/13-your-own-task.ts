import * as tf from '@tensorflow/tfjs';
import { createLabContainer, defineTask, deriveSeed, LAB_TOKENS, meanScore, runExperiment } from 'gradclip-lab';

const sine = defineTask({
  id: 'sine',
  title: 'A sine',
  about: 'Predict the next point of a sine from twelve points.',
  dataset: { id: 'sine', title: 'Generated', licence: 'none', url: 'https://example.org', read: () => '' },
  settings: { units: 8 },
  metric: { name: 'mean squared error', better: 'lower' },
  loss: { name: 'mean squared error', perTrained: 1 },
  prepare: (_text, { units }) => ({
    ...{ baseline: 0.5, trivialLoss: 0.5 }, // the variance of a sine
    model: (cell, seed) => {
      const recurrent = cell.layer({ units, seed, returnSequences: false, inputShape: [12, 1] });
      return tf.sequential({ layers: [recurrent, tf.layers.dense({ units: 1, kernelInitializer: 'ones' })] });
    },
    batch: (step, seed) => waves(deriveSeed(seed, 'batch', step)),
    loss: (model, { x, y }: ReturnType<typeof waves>) => tf.losses.meanSquaredError(y, model.apply(x) as tf.Tensor),
    evaluate: async (model, part) => {
      const { x, y } = waves(deriveSeed(part));
      const errors = tf.tidy(() => tf.squaredDifference(model.apply(x) as tf.Tensor, y));
      const score = meanScore([...(await errors.data())]);
      tf.dispose([x, y, errors]);
      return score;
    },
  }),
});

const waves = (seed: number) =>
  tf.tidy(() => {
    const points = tf.sin(tf.add(tf.randomUniform([16, 1], 0, 6.28, 'float32', seed), tf.mul(tf.range(0, 13), 0.5)));
    return { x: tf.expandDims(tf.slice(points, [0, 0], [16, 12]), 2), y: tf.slice(points, [0, 12], [16, 1]) };
  });

const container = createLabContainer();
container.bind(LAB_TOKENS.Task).toConstantValue(sine);
const strategies = [{ id: 'none' }, { id: 'global-norm', options: { maxNorm: 0.5 } }];
const grid = { tasks: ['sine'], cells: ['rnn'], strategies, optimizers: ['sgd'], learningRates: [0.3], seeds: [1, 2] };
for await (const record of runExperiment({ ...grid, steps: 40 }, { container })) {
  // A model that always predicts 0 has an error of 0.5.
  if (record.type === 'start') console.log(`${record.config.strategy.id}, seed ${record.config.seed}`);
  if (record.type === 'end') console.log(`  ${record.outcome}, error ${record.test.toFixed(3)}`);
}
