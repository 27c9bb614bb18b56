import * as tf from '@tensorflow/tfjs';
import { accelerate, clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS, problem, relative, type Kind } from './layer-problem.ts';
import { gradientsOf, reloaded } from './model-gradients.ts';
import { seededUniform } from '../../../src/core/random.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const options = { units: 4, recurrentInitializer: 'glorotUniform' as const };
const first = { inputShape: [6, 3] };
const head = (): tf.layers.Layer => tf.layers.dense({ units: 1 });
const stock = (kind: Kind, more: object = {}): tf.RNN => tf.layers[kind]({ ...options, ...more } as never) as tf.RNN;
const fast = (kind: Kind, more: object = {}): tf.RNN => fused[kind]({ ...options, ...more } as never);
const sequential = (...layers: tf.layers.Layer[]): tf.Sequential => tf.sequential({ layers: [...layers, head()] });

beforeAll(() => tf.setBackend('cpu'));

describe.each(KINDS)('fused %s in models', (kind) => {
  const models: [string, (make: typeof stock) => tf.LayersModel][] = [
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

  it.each(models)('gives the gradients of tf.layers %s', (_, build) => {
    const plain = build(stock);
    const twin = build(fast);
    twin.setWeights(plain.getWeights());
    expect(relative(gradientsOf(twin), gradientsOf(plain))).toBeLessThan(1e-5);
    // A stateful layer goes on from where it was.
    expect(relative(gradientsOf(twin), gradientsOf(plain))).toBeLessThan(1e-5);
  });

  it.each(models)('survives saving and loading %s', async (_, build) => {
    const model = build(fast);
    const loaded = await reloaded(model);
    expect(gradientsOf(loaded)).toEqual(gradientsOf(model));
    expect(loaded.layers.map((layer) => layer.getClassName())).toEqual(
      model.layers.map((layer) => layer.getClassName()),
    );
  });

  it.each(models)('accelerates %s', (_, build) => {
    const plain = build(stock);
    const quick = accelerate(plain);
    expect(JSON.stringify(quick.getConfig())).toMatch(/"className":"Fused/);
    expect(JSON.stringify(quick.getConfig())).not.toMatch(/"className":"(SimpleRNN|LSTM|GRU)"/);
    expect(relative(gradientsOf(quick), gradientsOf(plain))).toBeLessThan(1e-5);
  });

  it('has the names, weights and shapes of tf.layers', () => {
    const named = (layer: tf.RNN): unknown => {
      layer.apply(tf.input({ shape: [6, 3] }));
      return layer.weights.map((weight) => [weight.originalName.replace(/\d+\//, 'N/'), weight.shape]);
    };
    expect(named(fast(kind))).toEqual(named(stock(kind)));
    // The two share one count, as if both were made by tf.layers.
    expect(fast(kind).name.replace(/\d+$/, '')).toBe(stock(kind).name.replace(/\d+$/, ''));
  });

  it('loads checkpoints of tf.layers, and the other way round', () => {
    const plain = sequential(stock(kind, { ...first, name: 'same' }));
    const twin = sequential(fast(kind, { ...first, name: 'same' }));
    const x = tf.randomNormal([2, 6, 3], 0, 1, 'float32', 1);
    for (const [from, to] of [
      [plain, twin],
      [twin, sequential(stock(kind, { ...first, name: 'same' }))],
    ] as const) {
      to.setWeights(from.getWeights());
      const [a, b] = [from.predict(x), to.predict(x)] as tf.Tensor[];
      expect(relative(Array.from(b!.dataSync()), Array.from(a!.dataSync()))).toBeLessThan(1e-5);
    }
  });

  it('keeps the state of a stateful layer through calls and resets it', () => {
    const answers = [stock, fast].map((make) => {
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
    expect(relative(answers[1]!, answers[0]!)).toBeLessThan(1e-6);
    expect(answers[1]![0]).toBe(answers[1]![2]);
    expect(answers[1]![0]).not.toBe(answers[1]![1]);
  });

  it('takes clipBackprop, in place of which accelerate keeps it', () => {
    const limits = { maxAbs: 1e-3 };
    const wrapped = clipBackprop(fast(kind, first), limits);
    expect(wrapped.getClassName()).toMatch(/^Fused/);
    const model = sequential(wrapped);
    const viaAccelerate = accelerate(sequential(clipBackprop(stock(kind, first), limits)));
    const viaStock = sequential(clipBackprop(stock(kind, first), limits));
    for (const each of [viaAccelerate, viaStock]) each.setWeights(model.getWeights());
    expect(gradientsOf(viaAccelerate)).toEqual(gradientsOf(model));
    expect(relative(gradientsOf(viaStock), gradientsOf(model))).toBeLessThan(1e-5);
    expect(viaAccelerate.layers[0]!.getConfig()['clipBackprop']).toEqual({ maxAbs: 1e-3, at: 'preactivation' });
  });

  it('agrees with finite differences in the loss', () => {
    const { x, weights } = problem(kind, 5, { units: 3 });
    const layer = fast(kind, { units: 3, recurrentActivation: 'sigmoid', returnSequences: true });
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

describe('fused layers over 500 training steps', () => {
  const model = (make: typeof stock): tf.Sequential => {
    const layers = [make('lstm', { units: 8, inputShape: [12, 3], returnSequences: true }), make('gru', { units: 8 })];
    const made = tf.sequential({ layers });
    made.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    return made;
  };
  let [x, y]: tf.Tensor[] = [];
  beforeAll(() => {
    [x, y] = [tf.ones([4, 12, 3]), tf.ones([4, 8])];
  });

  it('leak nothing', async () => {
    const trained = model(fast);
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

  it('hold less at their peak than half of what tf.layers holds', async () => {
    const peak = async (trained: tf.Sequential): Promise<number> => {
      const loss = (): tf.Scalar => tf.losses.meanSquaredError(y!, trained.apply(x!, { training: true }) as tf.Tensor);
      const { peakBytes } = await tf.profile(() => tf.tidy(() => tf.variableGrads(loss).value));
      return peakBytes;
    };
    expect(await peak(model(fast))).toBeLessThan((await peak(model(stock))) / 2);
  });
});

describe('fused layers refuse', () => {
  it.each([
    [{ dropout: 0.1 }, '`fusedLSTM({ … })` has no dropout masks; received dropout: 0.1.'],
    [{ recurrentDropout: 0.5 }, 'received recurrentDropout: 0.5'],
    [{ activation: 'gelu' }, "cannot differentiate activation: 'gelu' from its output; it can linear, tanh"],
    [{ recurrentActivation: 'softmax' }, "recurrentActivation: 'softmax'"],
    [{ clipBackprop: {} }, 'takes exactly one of'],
  ])('%o', (more, message) => {
    expect(() => fusedLSTM({ units: 2, ...more } as never)).toThrow(message);
  });

  it('initial states of another shape or number', () => {
    const layer = fusedLSTM({ units: 2, name: 'wrong' });
    const call =
      (...states: number[][]) =>
      () =>
        tf.tidy(() => void layer.apply(tf.zeros([3, 4, 1]), { initialState: states.map((shape) => tf.zeros(shape)) }));
    call([3, 2], [3, 2])();
    expect(call([3, 5], [3, 2])).toThrow(
      'wrong takes 2 initial states (h and c) of shape [3, 2], batch by units; received [3, 5] and [3, 2].',
    );
    expect(call([3, 2])).toThrow('received [3, 2].');
  });

  it('to accelerate what has nothing to fuse', () => {
    expect(() => accelerate(tf.sequential())).toThrow('needs a model that has its weights');
    expect(() => accelerate({} as never)).toThrow('takes a model of tfjs-layers');
    expect(() => accelerate(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }))).toThrow(
      'it has Dense',
    );
    expect(() => accelerate(sequential(stock('lstm', { ...first, dropout: 0.5 })))).toThrow('has no dropout masks');
  });

  it('nothing of a model but what it cannot fuse', () => {
    const mixed = sequential(stock('lstm', { ...first, returnSequences: true, dropout: 0.5 }), stock('gru'));
    expect(accelerate(mixed).layers.map((layer) => layer.getClassName())).toEqual(['LSTM', 'FusedGRU', 'Dense']);
  });

  it('to lose how a model was compiled', async () => {
    const model = sequential(stock('lstm', first));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError', metrics: ['mae'] });
    const fastModel = accelerate(model);
    expect(fastModel.optimizer).toBe(model.optimizer);
    const before = Array.from(fastModel.layers[0]!.getWeights()[0]!.dataSync());
    await fastModel.trainOnBatch(tf.ones([2, 6, 3]), tf.ones([2, 1]));
    expect(Array.from(fastModel.layers[0]!.getWeights()[0]!.dataSync())).not.toEqual(before);
  });
});

function encoderDecoder(make: typeof stock, kind: Kind): tf.LayersModel {
  const input = tf.input({ shape: [6, 3] });
  const [, ...states] = make(kind, { returnState: true }).apply(input) as tf.SymbolicTensor[];
  const decoded = make(kind, { returnSequences: true }).apply([input, ...states]) as tf.SymbolicTensor;
  const flat = tf.layers.flatten().apply(decoded) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: head().apply(flat) as tf.SymbolicTensor });
}

function sharedLayer(make: typeof stock, kind: Kind): tf.LayersModel {
  const input = tf.input({ shape: [6, 3] });
  const layer = make(kind);
  const reversed = tf.layers.reshape({ targetShape: [6, 3] }).apply(input) as tf.SymbolicTensor;
  const both = [input, reversed].map((each) => layer.apply(each) as tf.SymbolicTensor);
  const sum = tf.layers.add().apply(both) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: head().apply(sum) as tf.SymbolicTensor });
}
