import * as tf from '@tensorflow/tfjs';
import { clipBackprop, type ClipBackpropOptions } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS, type Kind } from './layer-case.ts';
import { data, gradientsOf, reloaded } from './model-gradients.ts';

const clip: ClipBackpropOptions = { maxAbs: 1e-4 };
const options = { units: 4, recurrentInitializer: 'glorotUniform' as const };
const tfjsLayer = (kind: Kind, more: object = {}): tf.layers.Layer => tf.layers[kind]({ ...options, ...more } as never);
const cell = (kind: Kind): tf.layers.RNNCell => tf.layers[`${kind}Cell`](options as never);
const explicitWeights = (kind: Kind): tf.Tensor[] => {
  const columns = 4 * { simpleRNN: 1, lstm: 4, gru: 3 }[kind];
  return [tf.fill([3, columns], 0.5), tf.fill([4, columns], 0.25), tf.zeros([columns])];
};
const sequential = (...layers: tf.layers.Layer[]): tf.Sequential =>
  tf.sequential({ layers: [...layers, tf.layers.dense({ units: 1 })] });

beforeAll(() => tf.setBackend('cpu'));

describe.each(KINDS)('clipBackprop of %s in models', (kind) => {
  const first = { inputShape: [6, 3] };
  const models: [string, (wrap: (layer: tf.layers.Layer) => tf.layers.Layer) => tf.Sequential][] = [
    ['alone', (wrap) => sequential(wrap(tfjsLayer(kind, first)))],
    [
      'stacked',
      (wrap) => sequential(wrap(tfjsLayer(kind, { ...first, returnSequences: true })), wrap(tfjsLayer(kind))),
    ],
    [
      'in bidirectional',
      (wrap) =>
        sequential(
          wrap(tf.layers.bidirectional({ layer: tfjsLayer(kind) as tf.RNN, mergeMode: 'concat', ...first } as never)),
        ),
    ],
    [
      'around a clipped layer',
      (wrap) =>
        sequential(
          tf.layers.bidirectional({ layer: wrap(tfjsLayer(kind)) as tf.RNN, mergeMode: 'sum', ...first } as never),
        ),
    ],
    [
      'as cells in rnn',
      (wrap) => sequential(wrap(tf.layers.rnn({ cell: [cell(kind), cell(kind)], ...first } as never))),
    ],
    ['behind a mask', (wrap) => sequential(tf.layers.masking({ maskValue: 0, ...first }), wrap(tfjsLayer(kind)))],
    ['stateful', (wrap) => sequential(wrap(tfjsLayer(kind, { stateful: true, batchInputShape: [8, 6, 3] })))],
    ['with dropout', (wrap) => sequential(wrap(tfjsLayer(kind, { ...first, dropout: 0.01, recurrentDropout: 0.01 })))],
  ];

  it.each(models)('changes the gradients of a layer %s, except with Infinity', (about, build) => {
    const plain = build((layer) => layer);
    const clipped = build((layer) => clipBackprop(layer, clip));
    const off = build((layer) => clipBackprop(layer, { maxNorm: Infinity, at: 'state' }));
    for (const model of [clipped, off]) model.setWeights(plain.getWeights());
    const expected = gradientsOf(plain);
    if (about !== 'with dropout') expect(gradientsOf(off)).toEqual(expected);
    expect(gradientsOf(clipped)).not.toEqual(expected);
    expect(gradientsOf(clipped).every(Number.isFinite)).toBe(true);
  });

  it.each(models.filter(([about]) => about !== 'with dropout'))('saves and loads a layer %s', async (_, build) => {
    for (const limit of [clip, { maxNorm: 1e-3, at: 'state' }, { maxAbs: Infinity }] as const) {
      const model = build((layer) => clipBackprop(layer, limit));
      const loaded = await reloaded(model);
      expect(gradientsOf(loaded)).toEqual(gradientsOf(model));
      expect(loaded.layers.map((layer) => layer.getClassName())).toEqual(
        model.layers.map((layer) => layer.getClassName()),
      );
    }
  });

  it('clips a whole model and keeps its weights', () => {
    const model = sequential(tfjsLayer(kind, first));
    const clipped = clipBackprop(model, clip);
    const expectedModel = sequential(clipBackprop(tfjsLayer(kind, first), clip));
    expectedModel.setWeights(model.getWeights());
    expect(gradientsOf(clipped)).toEqual(gradientsOf(expectedModel));
    expect(clipped.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(
      model.getWeights().map((w) => Array.from(w.dataSync())),
    );
  });

  it('keeps the weights option of a layer', () => {
    const [plain, clipped] = [false, true].map((wrapped) => {
      const layer = tfjsLayer(kind, { ...first, weights: explicitWeights(kind) });
      return sequential(wrapped ? clipBackprop(layer, clip) : layer)
        .layers[0]!.getWeights()[0]!
        .dataSync();
    });
    expect(clipped).toEqual(plain);
  });

  it('replaces the limits of a clipped layer', () => {
    const config = clipBackprop(clipBackprop(tfjsLayer(kind), { maxAbs: 1 }), { maxNorm: 2, at: 'state' }).getConfig();
    expect(config['clipBackprop']).toEqual({ maxNorm: 2, at: 'state' });
  });

  it('keeps the name, and trains in fit without leaking tensors', async () => {
    const plain = tfjsLayer(kind, first);
    const layer = clipBackprop(plain, { maxNorm: 1 });
    expect(layer.name).toBe(plain.name);
    const model = sequential(layer);
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const [x, y] = data();
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, y]);
  });
});

describe('clipBackprop with invalid arguments', () => {
  const lstm = (): tf.layers.Layer => tf.layers.lstm({ units: 2 });

  it.each([
    [{}, "needs exactly one of `maxAbs` (for each element) and `maxNorm` (for each step's tensor); received neither"],
    [{ maxAbs: 1, maxNorm: 1 }, 'received both'],
    [{ maxAbs: -1 }, '`clipBackprop({ maxAbs })` must be a number from 0 to Infinity, or null; received -1.'],
    [{ maxNorm: NaN }, 'received NaN'],
    [{ maxAbs: 1, at: 'gate' }, "must be one of 'preactivation', 'state'; received \"gate\"."],
    [{ maxNrm: 1 }, 'Did you mean `maxNorm`?'],
    [undefined, 'takes its options as one object'],
  ])('rejects the options %o', (options, message) => {
    expect(() => clipBackprop(lstm(), options as never)).toThrow(message);
  });

  it('rejects layers that are not recurrent, and suggests clipOptimizer', () => {
    expect(() => clipBackprop(tf.layers.dense({ units: 1, name: 'head' }), clip)).toThrow(
      'received Dense head. To clip the gradients of other layers',
    );
    expect(() =>
      clipBackprop(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }), clip),
    ).toThrow('received Sequential');
    expect(() => clipBackprop(null as never, clip)).toThrow('received null');
  });

  it('rejects a layer that already has weights', () => {
    const layer = tf.layers.gru({ units: 2, inputShape: [3, 1], name: 'used' });
    tf.sequential({ layers: [layer] });
    expect(() => clipBackprop(layer, clip)).toThrow('`clipBackprop(used)` needs a layer that has not been used yet');
  });
});

it.each(['lstm', 'gru'] as const)('leaves the activations of a clipped %s as they were', (kind) => {
  const layer = clipBackprop(tf.layers[kind]({ units: 2, inputShape: [3, 1] }), { maxAbs: 1 });
  const model = tf.sequential({ layers: [layer] });
  const { cell } = layer as unknown as { cell: { activation: object; recurrentActivation: object } };
  const before = [cell.activation, cell.recurrentActivation];
  model.predict(tf.ones([1, 3, 1]));
  expect([cell.activation, cell.recurrentActivation]).toEqual(before);
  expect(cell.activation).toBe(before[0]);
  expect(cell.recurrentActivation).toBe(before[1]);
});
