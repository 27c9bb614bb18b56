import * as tf from '@tensorflow/tfjs';
import { accelerate, clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { KINDS, randomCase, relativeError, type Kind } from './layer-case.ts';
import { gradientsOf, reloaded } from './model-gradients.ts';
import { seededUniform } from '../../../src/core/random.ts';
import { brief } from '../../support/settings.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const options = { units: 4, recurrentInitializer: 'glorotUniform' as const };
const first = { inputShape: [6, 3] };
const denseHead = (): tf.layers.Layer => tf.layers.dense({ units: 1 });
const tfjsLayer = (kind: Kind, more: object = {}): tf.RNN =>
  tf.layers[kind]({ ...options, ...more } as never) as tf.RNN;
const fusedLayer = (kind: Kind, more: object = {}): tf.RNN => fused[kind]({ ...options, ...more } as never);
const sequential = (...layers: tf.layers.Layer[]): tf.Sequential => tf.sequential({ layers: [...layers, denseHead()] });

beforeAll(() => tf.setBackend('cpu'));

describe.each(KINDS)('fused %s in models', (kind) => {
  const models: [string, (make: typeof tfjsLayer) => tf.LayersModel][] = [
    ['alone', (make) => sequential(make(kind, first))],
    ['stacked', (make) => sequential(make(kind, { ...first, returnSequences: true }), make(kind))],
    [
      'in bidirectional, with all outputs',
      (make) =>
        sequential(
          tf.layers.bidirectional({
            layer: make(kind, { returnSequences: true }),
            mergeMode: 'concat',
            ...first,
          } as never),
          tf.layers.flatten(),
        ),
    ],
    ['behind a mask', (make) => sequential(tf.layers.masking({ maskValue: 0, ...first }), make(kind))],
    ['stateful', (make) => sequential(make(kind, { stateful: true, batchInputShape: [8, 6, 3] }))],
    ['as encoder and decoder', (make) => encoderDecoder(make, kind)],
    ['used twice', (make) => sharedLayer(make, kind)],
  ];

  it.each(models)('computes the gradients of tf.layers %s', (_, build) => {
    const plain = build(tfjsLayer);
    const fusedModel = build(fusedLayer);
    fusedModel.setWeights(plain.getWeights());
    expect(relativeError(gradientsOf(fusedModel), gradientsOf(plain))).toBeLessThan(1e-5);
    // On the second call, a stateful layer continues from its stored states.
    expect(relativeError(gradientsOf(fusedModel), gradientsOf(plain))).toBeLessThan(1e-5);
  });

  it.each(models)('saves and loads a layer %s', async (_, build) => {
    const model = build(fusedLayer);
    const loaded = await reloaded(model);
    expect(gradientsOf(loaded)).toEqual(gradientsOf(model));
    expect(loaded.layers.map((layer) => layer.getClassName())).toEqual(
      model.layers.map((layer) => layer.getClassName()),
    );
  });

  it.each(models)('replaces tf.layers in accelerate %s', (_, build) => {
    const plain = build(tfjsLayer);
    const accelerated = accelerate(plain);
    expect(JSON.stringify(accelerated.getConfig())).toMatch(/"className":"Fused/);
    expect(JSON.stringify(accelerated.getConfig())).not.toMatch(/"className":"(SimpleRNN|LSTM|GRU)"/);
    expect(relativeError(gradientsOf(accelerated), gradientsOf(plain))).toBeLessThan(1e-5);
  });

  it('has the names, weights and shapes of tf.layers', () => {
    const named = (layer: tf.RNN): unknown => {
      layer.apply(tf.input({ shape: [6, 3] }));
      return layer.weights.map((weight) => [weight.originalName.replace(/\d+\//, 'N/'), weight.shape]);
    };
    expect(named(fusedLayer(kind))).toEqual(named(tfjsLayer(kind)));
    // Both share one counter for layer names.
    expect(fusedLayer(kind).name.replace(/\d+$/, '')).toBe(tfjsLayer(kind).name.replace(/\d+$/, ''));
  });

  it('exchanges weights with tf.layers in both directions', () => {
    const plain = sequential(tfjsLayer(kind, { ...first, name: 'same' }));
    const fusedModel = sequential(fusedLayer(kind, { ...first, name: 'same' }));
    const x = tf.randomNormal([2, 6, 3], 0, 1, 'float32', 1);
    for (const [from, to] of [
      [plain, fusedModel],
      [fusedModel, sequential(tfjsLayer(kind, { ...first, name: 'same' }))],
    ] as const) {
      to.setWeights(from.getWeights());
      const [a, b] = [from.predict(x), to.predict(x)] as tf.Tensor[];
      expect(relativeError(Array.from(b!.dataSync()), Array.from(a!.dataSync()))).toBeLessThan(1e-5);
    }
  });

  it('keeps the state of a stateful layer between calls and resets it', () => {
    const predictions = [tfjsLayer, fusedLayer].map((make) => {
      const model = sequential(
        make(kind, {
          stateful: true,
          batchInputShape: [1, 3, 1],
          kernelInitializer: 'ones',
          recurrentInitializer: tf.initializers.constant({ value: 0.1 }),
        }),
      );
      model.layers[1]!.setWeights([tf.ones([4, 1]), tf.zeros([1])]);
      const x = tf.ones([1, 3, 1]);
      const predict = (): number => (model.predict(x) as tf.Tensor).dataSync()[0]!;
      const before = [predict(), predict()];
      model.resetStates();
      return [...before, predict()];
    });
    expect(relativeError(predictions[1]!, predictions[0]!)).toBeLessThan(1e-6);
    expect(predictions[1]![0]).toBe(predictions[1]![2]);
    expect(predictions[1]![0]).not.toBe(predictions[1]![1]);
  });

  it('clips with clipBackprop, which accelerate preserves', () => {
    const limits = { maxAbs: 1e-3 };
    const wrapped = clipBackprop(fusedLayer(kind, first), limits);
    expect(wrapped.getClassName()).toMatch(/^Fused/);
    const model = sequential(wrapped);
    const accelerated = accelerate(sequential(clipBackprop(tfjsLayer(kind, first), limits)));
    const clippedWithoutFusing = sequential(clipBackprop(tfjsLayer(kind, first), limits));
    for (const each of [accelerated, clippedWithoutFusing]) each.setWeights(model.getWeights());
    expect(gradientsOf(accelerated)).toEqual(gradientsOf(model));
    expect(relativeError(gradientsOf(clippedWithoutFusing), gradientsOf(model))).toBeLessThan(1e-5);
    expect(accelerated.layers[0]!.getConfig()['clipBackprop']).toEqual({ maxAbs: 1e-3, at: 'preactivation' });
  });

  it('matches finite differences of the loss', () => {
    const { x, weights } = randomCase(kind, 5, { units: 3 });
    const layer = fusedLayer(kind, { units: 3, recurrentActivation: 'sigmoid', returnSequences: true });
    const data = tf.tensor3d(x);
    layer.apply(tf.input({ shape: [6, 4] }));
    layer.setWeights([tf.tensor2d(weights.W), tf.tensor2d(weights.U), tf.tensor1d(weights.b)]);
    const [, U] = layer.weights.map((weight) => weight.read()) as [tf.Variable, tf.Variable];
    const loss = (): tf.Scalar => tf.sum(tf.square(layer.apply(data) as tf.Tensor));
    const gradient = tf.engine().gradients(loss, [U]).grads[0]!.dataSync();
    const values = U.dataSync().slice();
    const next = seededUniform(3);
    for (let trial = 0; trial < 6; trial += 1) {
      const at = Math.floor(next() * values.length);
      const lossAt = (shift: number): number => {
        const moved = values.slice();
        moved[at]! += shift;
        U.assign(tf.tensor(moved, U.shape as [number, number]));
        return loss().dataSync()[0]!;
      };
      expect(gradient[at]!).toBeCloseTo((lossAt(1e-2) - lossAt(-1e-2)) / 2e-2, 1);
      lossAt(0);
    }
  });
});

describe('fused layers in 500 training steps', () => {
  const model = (make: typeof tfjsLayer): tf.Sequential => {
    const layers = [make('lstm', { units: 8, inputShape: [12, 3], returnSequences: true }), make('gru', { units: 8 })];
    const created = tf.sequential({ layers });
    created.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    return created;
  };
  let [x, y]: tf.Tensor[] = [];
  beforeAll(() => {
    [x, y] = [tf.ones([4, 12, 3]), tf.ones([4, 8])];
  });

  it('leak no tensors', async () => {
    const trained = model(fusedLayer);
    await trained.trainOnBatch(x!, y!);
    const before = { ...tf.memory() };
    for (let step = 0; step < 500; step += 1) await trained.trainOnBatch(x!, y!);
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    expect({ numTensors, numBytes, numDataBuffers }).toMatchObject({
      numTensors: before.numTensors,
      numBytes: before.numBytes,
      numDataBuffers: before.numDataBuffers,
    });
  });

  it.skipIf(brief)("need less than half of the peak memory of tf.layers' own layers", async () => {
    const peak = async (trained: tf.Sequential): Promise<number> => {
      const loss = (): tf.Scalar => tf.losses.meanSquaredError(y!, trained.apply(x!, { training: true }) as tf.Tensor);
      const { peakBytes } = await tf.profile(() => tf.tidy(() => tf.variableGrads(loss).value));
      return peakBytes;
    };
    expect(await peak(model(fusedLayer))).toBeLessThan((await peak(model(tfjsLayer))) / 2);
  });
});

describe('fused layers and accelerate with unsupported arguments', () => {
  it.each([
    [{ dropout: 0.1 }, '`fusedLSTM({ … })` does not support dropout; received dropout: 0.1.'],
    [{ recurrentDropout: 0.5 }, 'received recurrentDropout: 0.5'],
    [{ activation: 'gelu' }, 'supports only linear, tanh'],
    [{ recurrentActivation: 'softmax' }, "received 'softmax'"],
    [{ clipBackprop: {} }, 'needs exactly one of'],
  ])('reject the options %o', (more, message) => {
    expect(() => fusedLSTM({ units: 2, ...more } as never)).toThrow(message);
  });

  it('reject initial states of another shape or number', () => {
    const layer = fusedLSTM({ units: 2, name: 'wrong' });
    const call =
      (...states: number[][]) =>
      () =>
        tf.tidy(() => void layer.apply(tf.zeros([3, 4, 1]), { initialState: states.map((shape) => tf.zeros(shape)) }));
    call([3, 2], [3, 2])();
    expect(call([3, 5], [3, 2])).toThrow(
      'wrong needs 2 initial states (h and c) of shape [batch, units] = [3, 2]; received [3, 5] and [3, 2].',
    );
    expect(call([3, 2])).toThrow('received [3, 2].');
  });

  it('reject models in which no layer can be fused', () => {
    expect(() => accelerate(tf.sequential())).toThrow('needs a model that has its weights');
    expect(() => accelerate({} as never)).toThrow('needs a model of tfjs-layers');
    expect(() => accelerate(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }))).toThrow(
      'received one with Dense',
    );
    expect(() => accelerate(sequential(tfjsLayer('lstm', { ...first, dropout: 0.5 })))).toThrow(
      'does not support dropout',
    );
  });

  it('keep layers of a model that cannot be fused', () => {
    const mixed = sequential(tfjsLayer('lstm', { ...first, returnSequences: true, dropout: 0.5 }), tfjsLayer('gru'));
    expect(accelerate(mixed).layers.map((layer) => layer.getClassName())).toEqual(['LSTM', 'FusedGRU', 'Dense']);
  });

  it('keep the compilation of a model', async () => {
    const model = sequential(tfjsLayer('lstm', first));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError', metrics: ['mae'] });
    const accelerated = accelerate(model);
    expect(accelerated.optimizer).toBe(model.optimizer);
    const before = Array.from(accelerated.layers[0]!.getWeights()[0]!.dataSync());
    await accelerated.trainOnBatch(tf.ones([2, 6, 3]), tf.ones([2, 1]));
    expect(Array.from(accelerated.layers[0]!.getWeights()[0]!.dataSync())).not.toEqual(before);
  });

  it.each(KINDS)('compute the same in another copy of the package, such as its CommonJS build: %s', async (kind) => {
    const plain = sequential(tfjsLayer(kind, first));
    gradientsOf(sequential(fusedLayer(kind, first)));
    vi.resetModules();
    const copy = await import('gradclip/recurrent');
    expect(copy.fusedGRU).not.toBe(fusedGRU);
    const name = ({ simpleRNN: 'fusedSimpleRNN', lstm: 'fusedLSTM', gru: 'fusedGRU' } as const)[kind];
    const copied = sequential(copy[name]({ ...options, ...first }) as never);
    copied.setWeights(plain.getWeights());
    expect(relativeError(gradientsOf(copied), gradientsOf(plain))).toBeLessThan(1e-5);
  });
});

function encoderDecoder(make: typeof tfjsLayer, kind: Kind): tf.LayersModel {
  const input = tf.input({ shape: [6, 3] });
  const [, ...states] = make(kind, { returnState: true }).apply(input) as tf.SymbolicTensor[];
  const decoded = make(kind, { returnSequences: true }).apply([input, ...states]) as tf.SymbolicTensor;
  const flat = tf.layers.flatten().apply(decoded) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: denseHead().apply(flat) as tf.SymbolicTensor });
}

function sharedLayer(make: typeof tfjsLayer, kind: Kind): tf.LayersModel {
  const input = tf.input({ shape: [6, 3] });
  const layer = make(kind);
  const reversed = tf.layers.reshape({ targetShape: [6, 3] }).apply(input) as tf.SymbolicTensor;
  const both = [input, reversed].map((each) => layer.apply(each) as tf.SymbolicTensor);
  const sum = tf.layers.add().apply(both) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: denseHead().apply(sum) as tf.SymbolicTensor });
}
