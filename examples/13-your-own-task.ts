import * as tf from '@tensorflow/tfjs';
import { createLabContainer, defineTask, deriveSeed, LAB_TOKENS, meanScore, runExperiment } from 'gradclip-lab';

const error = (model: tf.LayersModel, { x, y }: ReturnType<typeof waves>): tf.Scalar =>
  tf.losses.meanSquaredError(y, model.apply(x) as tf.Tensor);

const sine = defineTask({
  id: 'sine',
  title: 'A sine',
  about: 'See twelve points of a sine and say the next one.',
  dataset: { id: 'sine', title: 'Made as needed', licence: 'none', url: 'https://example.org', read: () => '' },
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
    loss: error,
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
const strategies = [{ id: 'none' }, { id: 'global-norm' }];
const grid = { tasks: ['sine'], cells: ['rnn'], strategies, optimizers: ['sgd'], learningRates: [0.1], seeds: [1, 2] };
for await (const record of runExperiment({ ...grid, steps: 20 }, { container }))
  if (record.type === 'end') console.log(`${record.outcome}, error ${record.test.toFixed(3)} (0.5 knows nothing)`);
