import * as tf from '@tensorflow/tfjs';
import { clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN, gradientFlow } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import { byNorm, byValue } from '../../support/oracles/recurrent/bptt.ts';
import type { Clips } from '../../support/oracles/recurrent/cells.ts';
import {
  KINDS,
  oracleResult,
  layerOptions,
  randomCase,
  relativeError,
  type Kind,
  type LayerCase,
  type LayerSetting,
} from './layer-case.ts';
import { BACKENDS } from './backends.ts';
import { seededUniform } from '../../../src/core/random.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const dotProduct = (targets: tf.Tensor, predictions: tf.Tensor): tf.Tensor => tf.sum(tf.mul(targets, predictions));

/** Draws a case whose masked steps are zeros, so that a masking layer can detect them. */
function paddedCase(kind: Kind, seed: number): LayerCase {
  const layerCase = randomCase(kind, seed, { scale: 1.4 });
  const x = layerCase.x.map((rows, i) => rows.map((row, t) => (layerCase.mask[i]![t] ? row : row.map(() => 0))));
  return { ...layerCase, x };
}

function createModel(layerCase: LayerCase, layer: tf.layers.Layer, setting: LayerSetting): tf.LayersModel {
  const shape = [layerCase.x[0]!.length, layerCase.x[0]![0]!.length];
  const layers = setting.masked ? [tf.layers.masking({ maskValue: 0, inputShape: shape }), layer] : [layer];
  const model = tf.sequential({
    layers: setting.masked ? layers : [tf.layers.inputLayer({ inputShape: shape }), layer],
  });
  const { W, U, b } = layerCase.weights;
  tf.tidy(() => layer.setWeights([tf.tensor2d(W), tf.tensor2d(U), tf.tensor1d(b)]));
  return model;
}

async function measureFlow(layerCase: LayerCase, layer: tf.layers.Layer, setting: LayerSetting): Promise<number[]> {
  const outputGradients = tf.tensor3d(layerCase.outputGradients);
  const last = setting.goBackwards ? 0 : layerCase.x[0]!.length - 1;
  const targets =
    setting.returnSequences === false
      ? tf.tensor2d(layerCase.outputGradients.map((rows) => rows[last]!))
      : setting.goBackwards
        ? tf.reverse(outputGradients, 1)
        : outputGradients;
  const flows = await gradientFlow(
    createModel(layerCase, layer, setting),
    tf.tensor3d(layerCase.x),
    targets,
    dotProduct,
  );
  expect(flows.map((flow) => flow.layer)).toEqual([layer.name]);
  return [...flows[0]!.norms];
}

const SETTINGS: [string, LayerSetting][] = [
  ['all outputs', {}],
  ['the last output', { returnSequences: false }],
  ['masked', { masked: true }],
  ['backwards and masked', { goBackwards: true, masked: true, returnSequences: false }],
];

describe.each(BACKENDS)('gradientFlow on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  describe.each(KINDS)('with %s', (kind) => {
    it.each(SETTINGS)("matches the oracle for tf.layers' own and the fused layer: %s", async (_, setting) => {
      const layerCase = paddedCase(kind, 31);
      const expected = oracleResult(layerCase, setting).flow;
      for (const make of [tf.layers[kind], fused[kind]]) {
        const layer = make(layerOptions(layerCase, setting) as never) as tf.layers.Layer;
        expect(relativeError(await measureFlow(layerCase, layer, setting), expected)).toBeLessThan(2e-5);
      }
    });

    it('measures gradients that clipBackprop has shortened', async () => {
      const layerCase = paddedCase(kind, 32);
      const cases: [object, Partial<Clips>][] = [
        [{ maxAbs: 0.02 }, { gate: byValue(0.02) }],
        [{ maxNorm: 0.3, at: 'state' }, { state: byNorm(0.3) }],
      ];
      for (const [limits, clips] of cases) {
        const expected = oracleResult(layerCase, {}, clips).flow;
        expect(relativeError(expected, oracleResult(layerCase, {}).flow)).toBeGreaterThan(0.01);
        for (const make of [tf.layers[kind], fused[kind]]) {
          const layer = clipBackprop(make(layerOptions(layerCase) as never) as tf.layers.Layer, limits);
          expect(relativeError(await measureFlow(layerCase, layer, {}), expected)).toBeLessThan(2e-5);
        }
      }
    });
  });
});

describe('gradientFlow', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(KINDS)('matches finite differences of the loss by the state of %s', async (kind) => {
    const setting: LayerSetting = { returnSequences: false };
    const layerCase = randomCase(kind, 33, { units: 3 });
    const layer = tf.layers[kind](layerOptions(layerCase, setting) as never) as tf.layers.Layer;
    const norms = await measureFlow(layerCase, layer, setting);
    const t = 2;
    // L as a function of h₂, in float64: the rest of the sequence, starting from the states of step 2.
    const firstSteps = {
      ...layerCase,
      x: layerCase.x.map((rows) => rows.slice(0, t + 1)),
      outputGradients: layerCase.outputGradients.map((rows) => rows.slice(0, t + 1)),
    };
    const { states } = oracleResult(firstSteps, { returnState: true });
    const lastSteps = {
      ...layerCase,
      x: layerCase.x.map((rows) => rows.slice(t + 1)),
      outputGradients: layerCase.outputGradients.map((rows) => rows.slice(t + 1)),
    };
    const initial = states.map((state) => Array.from({ length: 3 }, (_, i) => state.slice(i * 3, i * 3 + 3)));
    const lossAt = (i: number, j: number, shift: number): number => {
      const moved = initial.map((state, s) =>
        state.map((row, r) => row.map((v, c) => (s === 0 && r === i && c === j ? v + shift : v))),
      );
      const { outputs } = oracleResult({ ...lastSteps, initial: moved }, { ...setting, initialState: true });
      const weights = layerCase.outputGradients.map((rows) => rows.at(-1)!).flat();
      return outputs.reduce((sum, h, at) => sum + h * weights[at]!, 0);
    };
    let squares = 0;
    for (let i = 0; i < 3; i += 1) {
      for (let j = 0; j < 3; j += 1) squares += ((lossAt(i, j, 1e-5) - lossAt(i, j, -1e-5)) / 2e-5) ** 2;
    }
    expect(norms[t]).toBeCloseTo(Math.sqrt(squares), 5);
  });

  it('finds layers in bidirectional, stacks and nested models, and each use of a shared layer', async () => {
    const lstm = (name: string): tf.layers.Layer => tf.layers.lstm({ units: 2, name, returnSequences: true });
    const input = tf.input({ shape: [5, 2] });
    const shared = fusedGRU({ units: 2, name: 'shared', returnSequences: true });
    const nested = tf.sequential({
      name: 'nested',
      layers: [tf.layers.simpleRNN({ units: 2, inputShape: [5, 4], name: 'inner', returnSequences: true })],
    });
    const cells = [tf.layers.gruCell({ units: 3 }), tf.layers.lstmCell({ units: 2 })];
    const stack = tf.layers.rnn({ cell: cells, name: 'stack', returnSequences: true } as never);
    let h = shared.apply(shared.apply(input)) as tf.SymbolicTensor;
    h = tf.layers
      .bidirectional({ layer: lstm('both') as tf.RNN, mergeMode: 'concat' } as never)
      .apply(h) as tf.SymbolicTensor;
    h = stack.apply(nested.apply(h)) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: h });
    const flows = await gradientFlow(model, tf.ones([2, 5, 2]), tf.ones([2, 5, 2]), 'meanSquaredError');
    expect(flows.map(({ layer }) => layer).sort()).toEqual(
      ['shared', 'shared', 'forward_both', 'backward_both', 'inner', 'stack/0', 'stack/1'].sort(),
    );
    for (const { norms } of flows) {
      expect(norms).toHaveLength(5);
      expect(norms.every((norm) => norm > 0)).toBe(true);
    }
  });

  it.each([
    ['tf.layers', tf.layers.lstm],
    ['fused layers', fusedLSTM],
  ])('lists an encoder whose states are used once, with %s', async (_, lstm) => {
    const [source, target] = [tf.input({ shape: [5, 2] }), tf.input({ shape: [4, 2] })];
    const encoder = lstm({ units: 3, name: 'encoder', returnState: true } as never);
    const [, h, c] = encoder.apply(source) as tf.SymbolicTensor[];
    const decoder = lstm({ units: 3, name: 'decoder', returnSequences: true } as never);
    const sequence = decoder.apply(target, { initialState: [h, c] }) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [source, target], outputs: sequence });
    const x = [tf.ones([2, 5, 2]), tf.ones([2, 4, 2])];
    const flows = await gradientFlow(model, x, tf.ones([2, 4, 3]), 'meanSquaredError');
    expect(flows.map(({ layer, norms }) => [layer, norms.length])).toEqual([
      ['encoder', 5],
      ['decoder', 4],
    ]);
    for (const { norms } of flows) expect(norms.every((norm) => norm > 0)).toBe(true);
  });

  it.each([
    ['tf.layers', tf.layers.gru],
    ['fused layers', fusedGRU],
  ])('lists two uses of a layer on different inputs, also without a gradient, with %s', async (_, gru) => {
    const [one, other] = [tf.input({ shape: [5, 2] }), tf.input({ shape: [5, 2] })];
    const shared = gru({ units: 3, name: 'shared' } as never) as tf.layers.Layer;
    const outputs = [one, other].map((input) => shared.apply(input) as tf.SymbolicTensor);
    const model = tf.model({ inputs: [one, other], outputs });
    const x = [tf.ones([2, 5, 2]), tf.zeros([2, 5, 2])];
    const flows = await gradientFlow(model, () => tf.sum((model.apply(x) as tf.Tensor[])[1]!) as tf.Scalar);
    expect(flows.map(({ norms }) => norms.length)).toEqual([5, 5]);
    expect(flows.map(({ norms }) => norms.every((norm) => norm > 0)).sort()).toEqual([false, true]);
    // Every layer that the loss does not reach is listed once.
    const frozen = await gradientFlow(model, () => {
      model.apply(x);
      return tf.sum(shared.getWeights()[0]!) as tf.Scalar;
    });
    expect(frozen.map(({ norms }) => [...norms])).toEqual([new Array(5).fill(0), new Array(5).fill(0)]);
  });

  it('leaves weights, states, gradients and the number of tensors unchanged', async () => {
    const next = seededUniform(1);
    const build = (): tf.Sequential => {
      const layers = [
        tf.layers.lstm({
          units: 3,
          stateful: true,
          batchInputShape: [2, 4, 2],
          returnSequences: true,
          kernelInitializer: 'ones',
        }),
        fusedGRU({ units: 3, stateful: true, kernelInitializer: 'ones', recurrentInitializer: 'ones' }),
      ];
      const model = tf.sequential({ layers });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      return model;
    };
    const model = build();
    const x = tf.tensor3d(Array.from({ length: 16 }, next), [2, 4, 2]);
    const y = tf.ones([2, 3]);
    await model.trainOnBatch(x, y);
    const snapshot = (): number[][] =>
      [
        ...model.getWeights(),
        ...model.layers.flatMap((layer) => (layer as tf.RNN & { states: tf.Tensor[] }).states),
      ].map((each) => Array.from(each.dataSync()));
    const before = snapshot();
    const { numTensors, numBytes } = tf.memory();
    const first = await gradientFlow(model, x, y);
    expect(await gradientFlow(model, x, y, 'meanSquaredError')).toEqual(first);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    expect(snapshot()).toEqual(before);
    // The layers have their own methods again.
    for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
  });

  it('measures the gradients of frozen layers', async () => {
    const layer = tf.layers.gru({ units: 2, inputShape: [3, 1] });
    layer.trainable = false;
    const [flow] = await gradientFlow(
      tf.sequential({ layers: [layer] }),
      tf.ones([1, 3, 1]),
      tf.zeros([1, 2]),
      'meanSquaredError',
    );
    expect(flow!.norms.every((norm) => norm > 0)).toBe(true);
  });

  it('rejects models without recurrent layers or weights, and invalid losses', async () => {
    const dense = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const lstm = tf.sequential({ name: 'plain', layers: [tf.layers.lstm({ units: 1, inputShape: [2, 1] })] });
    const x = tf.ones([1, 2, 1]);
    await expect(gradientFlow(dense, tf.ones([1, 2]), tf.ones([1, 1]))).rejects.toThrow(
      'needs a model with a recurrent layer; received one with Dense.',
    );
    await expect(gradientFlow(tf.sequential(), x, x)).rejects.toThrow('needs a model that has its weights');
    await expect(gradientFlow(lstm, x, x)).rejects.toThrow('plain is not compiled');
    await expect(gradientFlow(lstm, x, x, 'mse2')).rejects.toThrow('must name a loss of tfjs-layers; received "mse2"');
    await expect(gradientFlow(lstm, x, x, 3 as never)).rejects.toThrow('received 3');
  });
});
