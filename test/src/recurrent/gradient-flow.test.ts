import * as tf from '@tensorflow/tfjs';
import { clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN, gradientFlow } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import { byNorm, byValue } from '../../support/oracles/recurrent/bptt.ts';
import type { Clips } from '../../support/oracles/recurrent/cells.ts';
import {
  KINDS,
  expected,
  optionsOf,
  problem,
  relative,
  type Kind,
  type Problem,
  type Setting,
} from './layer-problem.ts';
import { BACKENDS } from './backends.ts';
import { seededUniform } from '../../../src/core/random.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const dotted = (targets: tf.Tensor, predictions: tf.Tensor): tf.Tensor => tf.sum(tf.mul(targets, predictions));

/** A problem whose masked steps are zeros, so that a masking layer can find them. */
function padded(kind: Kind, seed: number): Problem {
  const given = problem(kind, seed, { scale: 1.4 });
  const x = given.x.map((rows, i) => rows.map((row, t) => (given.mask[i]![t] ? row : row.map(() => 0))));
  return { ...given, x };
}

function modelOf(given: Problem, layer: tf.layers.Layer, setting: Setting): tf.LayersModel {
  const shape = [given.x[0]!.length, given.x[0]![0]!.length];
  const layers = setting.masked ? [tf.layers.masking({ maskValue: 0, inputShape: shape }), layer] : [layer];
  const model = tf.sequential({
    layers: setting.masked ? layers : [tf.layers.inputLayer({ inputShape: shape }), layer],
  });
  const { W, U, b } = given.weights;
  tf.tidy(() => layer.setWeights([tf.tensor2d(W), tf.tensor2d(U), tf.tensor1d(b)]));
  return model;
}

async function flowOf(given: Problem, layer: tf.layers.Layer, setting: Setting): Promise<number[]> {
  const outer = tf.tensor3d(given.outer);
  const last = setting.goBackwards ? 0 : given.x[0]!.length - 1;
  const targets =
    setting.returnSequences === false
      ? tf.tensor2d(given.outer.map((rows) => rows[last]!))
      : setting.goBackwards
        ? tf.reverse(outer, 1)
        : outer;
  const flows = await gradientFlow(modelOf(given, layer, setting), tf.tensor3d(given.x), targets, dotted);
  expect(flows.map((flow) => flow.layer)).toEqual([layer.name]);
  return [...flows[0]!.norms];
}

const SETTINGS: [string, Setting][] = [
  ['all outputs', {}],
  ['the last output', { returnSequences: false }],
  ['masked', { masked: true }],
  ['backwards and masked', { goBackwards: true, masked: true, returnSequences: false }],
];

describe.each(BACKENDS)('gradientFlow on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  describe.each(KINDS)('of %s', (kind) => {
    it.each(SETTINGS)('is the oracle for the stock and the fused layer: %s', async (_, setting) => {
      const given = padded(kind, 31);
      const wanted = expected(given, setting).flow;
      for (const make of [tf.layers[kind], fused[kind]]) {
        const layer = make(optionsOf(given, setting) as never) as tf.layers.Layer;
        expect(relative(await flowOf(given, layer, setting), wanted)).toBeLessThan(2e-5);
      }
    });

    it('shows what clipping inside BPTT leaves', async () => {
      const given = padded(kind, 32);
      const cases: [object, Partial<Clips>][] = [
        [{ maxAbs: 0.02 }, { gate: byValue(0.02) }],
        [{ maxNorm: 0.3, at: 'state' }, { state: byNorm(0.3) }],
      ];
      for (const [limits, clips] of cases) {
        const wanted = expected(given, {}, clips).flow;
        expect(relative(wanted, expected(given, {}).flow)).toBeGreaterThan(0.01);
        for (const make of [tf.layers[kind], fused[kind]]) {
          const layer = clipBackprop(make(optionsOf(given) as never) as tf.layers.Layer, limits);
          expect(relative(await flowOf(given, layer, {}), wanted)).toBeLessThan(2e-5);
        }
      }
    });
  });
});

describe('gradientFlow', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(KINDS)('of %s is what finite differences of the state say', async (kind) => {
    const setting: Setting = { returnSequences: false };
    const given = problem(kind, 33, { units: 3 });
    const layer = tf.layers[kind](optionsOf(given, setting) as never) as tf.layers.Layer;
    const norms = await flowOf(given, layer, setting);
    const t = 2;
    // L as a function of h₂: the rest of the sequence, from the states that step 2 leaves, in float64.
    const until = {
      ...given,
      x: given.x.map((rows) => rows.slice(0, t + 1)),
      outer: given.outer.map((rows) => rows.slice(0, t + 1)),
    };
    const { states } = expected(until, { returnState: true });
    const rest = {
      ...given,
      x: given.x.map((rows) => rows.slice(t + 1)),
      outer: given.outer.map((rows) => rows.slice(t + 1)),
    };
    const initial = states.map((state) => Array.from({ length: 3 }, (_, i) => state.slice(i * 3, i * 3 + 3)));
    const lossAt = (i: number, j: number, shift: number): number => {
      const moved = initial.map((state, s) =>
        state.map((row, r) => row.map((v, c) => (s === 0 && r === i && c === j ? v + shift : v))),
      );
      const { outputs } = expected({ ...rest, initial: moved }, { ...setting, initialState: true });
      const weights = given.outer.map((rows) => rows.at(-1)!).flat();
      return outputs.reduce((sum, h, at) => sum + h * weights[at]!, 0);
    };
    let squares = 0;
    for (let i = 0; i < 3; i += 1) {
      for (let j = 0; j < 3; j += 1) squares += ((lossAt(i, j, 1e-5) - lossAt(i, j, -1e-5)) / 2e-5) ** 2;
    }
    expect(norms[t]).toBeCloseTo(Math.sqrt(squares), 5);
  });

  it('finds the layers in bidirectional, in stacks, in nested models, and each use of a shared one', async () => {
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

  it('disturbs nothing: not the weights, the states, the gradients or the count of tensors', async () => {
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
    // The layers are themselves again.
    for (const layer of model.layers) expect(Object.hasOwn(layer, 'call')).toBe(false);
  });

  it('sees through frozen layers', async () => {
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

  it('refuses models that have nothing to show', async () => {
    const dense = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const lstm = tf.sequential({ name: 'plain', layers: [tf.layers.lstm({ units: 1, inputShape: [2, 1] })] });
    const x = tf.ones([1, 2, 1]);
    await expect(gradientFlow(dense, tf.ones([1, 2]), tf.ones([1, 1]))).rejects.toThrow(
      'found no recurrent layer; it has Dense.',
    );
    await expect(gradientFlow(tf.sequential(), x, x)).rejects.toThrow('needs a model that has its weights');
    await expect(gradientFlow(lstm, x, x)).rejects.toThrow('plain is not compiled');
    await expect(gradientFlow(lstm, x, x, 'mse2')).rejects.toThrow('tfjs-layers has no loss "mse2"');
    await expect(gradientFlow(lstm, x, x, 3 as never)).rejects.toThrow('received 3');
  });
});
