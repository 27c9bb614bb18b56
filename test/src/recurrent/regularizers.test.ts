import * as tf from '@tensorflow/tfjs';
import { accelerate, clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN, residual } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS, type Kind } from './layer-case.ts';
import { reloaded } from './model-gradients.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
// l2: 1 has the slope 2·w and l1: 1 the slope sign(w): at rate 0.1 a step leads from 1 to 0.8 and from 1 to 0.9.
const REGULARIZERS = {
  kernelRegularizer: tf.regularizers.l2({ l2: 1 }),
  recurrentRegularizer: tf.regularizers.l1({ l1: 1 }),
  biasRegularizer: tf.regularizers.l2({ l2: 1 }),
};
const AFTER_ONE_STEP = [0.8, 0.9, 0.8];
const options = {
  ...{ units: 2, kernelInitializer: 'ones', recurrentInitializer: 'ones', biasInitializer: 'ones' },
  ...{ unitForgetBias: false, returnSequences: true, ...REGULARIZERS },
} as const;
const INPUT = { inputShape: [3, 2] };

const tfjsLayer = (kind: Kind, more: object = {}): tf.RNN =>
  tf.layers[kind]({ ...options, ...more } as never) as tf.RNN;
const fusedLayer = (kind: Kind, more: object = {}): tf.RNN => fused[kind]({ ...options, ...more } as never);
const bidirectional = (layer: tf.RNN, more: object): tf.layers.Layer =>
  tf.layers.bidirectional({ layer, mergeMode: 'concat', ...more } as never);

/** A model whose outputs are always 0, so that only regularizers have gradients. */
const silent = (...layers: tf.layers.Layer[]): tf.Sequential =>
  tf.sequential({
    layers: [
      ...layers,
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, kernelInitializer: 'zeros', useBias: false, trainable: false }),
    ],
  });

/** Trains one step and returns the first element of each weight. */
async function trainOneStep(model: tf.LayersModel): Promise<number[]> {
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  await model.fit(tf.ones([4, 3, 2]), tf.zeros([4, 1]), { epochs: 1, batchSize: 4, verbose: 0 });
  return model.trainableWeights.map((weight) => weight.read().dataSync()[0]!);
}

function expectWeights(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
}

beforeAll(() => tf.setBackend('cpu'));

describe.each(KINDS)('the regularizers of %s', (kind) => {
  const twice = [...AFTER_ONE_STEP, ...AFTER_ONE_STEP];
  const models: [string, number[], () => tf.LayersModel][] = [
    ['in a fused layer', AFTER_ONE_STEP, () => silent(fusedLayer(kind, INPUT))],
    ['in a layer with clipBackprop', AFTER_ONE_STEP, () => silent(clipBackprop(tfjsLayer(kind, INPUT), { maxAbs: 1 }))],
    ['in bidirectional', twice, () => silent(bidirectional(fusedLayer(kind), INPUT))],
    ['in residual', AFTER_ONE_STEP, () => silent(tf.layers.inputLayer(INPUT), residual(fusedLayer(kind)))],
    [
      'in residual around bidirectional',
      twice,
      () => silent(tf.layers.inputLayer(INPUT), residual(bidirectional(fusedLayer(kind, { units: 1 }), {}) as tf.RNN)),
    ],
    [
      'in a nested model',
      AFTER_ONE_STEP,
      () => silent(tf.sequential({ layers: [fusedLayer(kind, INPUT)] }) as unknown as tf.layers.Layer),
    ],
    ['after accelerate', AFTER_ONE_STEP, () => accelerate(silent(tfjsLayer(kind, INPUT)))],
  ];

  it.each(models)('shrink the weights %s', async (_, expected, build) => {
    expectWeights(await trainOneStep(build()), expected);
  });

  it.each(models)('shrink the weights %s, saved and loaded', async (_, expected, build) => {
    expectWeights(await trainOneStep(await reloaded(build())), expected);
  });

  it("do nothing in tf.layers' own layer, as the guide says", async () => {
    expectWeights(await trainOneStep(silent(tfjsLayer(kind, INPUT))), [1, 1, 1]);
  });

  it('count in the loss that fit reports', async () => {
    const model = silent(fusedLayer(kind, INPUT));
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const gates = { simpleRNN: 1, lstm: 4, gru: 3 }[kind];
    // All weights are 1: 2×2 of the kernel, 2×2 of the recurrent kernel and 2 of the bias for each gate.
    expect(await model.trainOnBatch(tf.ones([4, 3, 2]), tf.zeros([4, 1]))).toBeCloseTo(10 * gates, 4);
  });

  it('are refused for activities, which tfjs ignores', () => {
    expect(() => fusedLayer(kind, { activityRegularizer: 'l1l2' })).toThrow(
      'does not support activityRegularizer; received "l1l2". Add the penalty to the loss, or use kernelRegularizer, recurrentRegularizer or biasRegularizer.',
    );
  });
});
