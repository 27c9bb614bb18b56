import * as tf from '@tensorflow/tfjs';
import { fusedGRU, fusedLSTM, fusedSimpleRNN, type ClipBackpropOptions } from 'gradclip/recurrent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byNorm, byValue } from '../../support/oracles/recurrent/bptt.ts';
import type { Clips } from '../../support/oracles/recurrent/cells.ts';
import {
  KINDS,
  largestError,
  oracleResult,
  layerOptions,
  randomCase,
  relativeError,
  runLayer,
  type Kind,
  type LayerSetting,
} from './layer-case.ts';
import { fusableActivationNames } from '../../../src/recurrent/activations.ts';
import { BACKENDS } from './backends.ts';
import { seededUniform } from '../../../src/core/random.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const fusedLayer = (kind: Kind, options: object): tf.RNN => fused[kind](options as never);
const tfjsLayer = (kind: Kind, options: object): tf.RNN => tf.layers[kind](options as never) as unknown as tf.RNN;

// The cpu backend under another name: the host cannot access its buffers, so the layers use tfjs operations.
function registerOpaque(): void {
  tf.registerBackend('opaque', () => new Proxy(tf.findBackend('cpu'), {}));
  for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'opaque' });
}

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

const SETTINGS: [string, LayerSetting][] = [
  ['all outputs', {}],
  ['the last output', { returnSequences: false, recurrentActivation: 'hardSigmoid' }],
  ['masked', { masked: true }],
  ['masked, last output, from a state', { masked: true, returnSequences: false, initialState: true }],
  ['backwards', { goBackwards: true }],
  ['backwards, masked, last output', { goBackwards: true, masked: true, returnSequences: false }],
  ['with states in and out', { initialState: true, returnState: true }],
  [
    'with states out, masked, backwards',
    { returnState: true, masked: true, goBackwards: true, returnSequences: false },
  ],
  ['relu', { activation: 'relu' }],
  ['linear', { activation: 'linear' }],
];

const CLIPS: [string, ClipBackpropOptions, Partial<Clips>][] = [
  ['values at the pre-activations', { maxAbs: 0.05 }, { gate: byValue(0.05) }],
  ['norms at the pre-activations', { maxNorm: 0.1 }, { gate: byNorm(0.1) }],
  ['values at the states', { maxAbs: 0.3, at: 'state' }, { state: byValue(0.3) }],
  ['norms at the states', { maxNorm: 0.7, at: 'state' }, { state: byNorm(0.7) }],
];

describe.each([...BACKENDS, 'opaque'])('fused layers on %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'opaque') registerOpaque();
    await tf.setBackend(backend);
  });
  afterAll(() => {
    if (backend === 'opaque') tf.removeBackend('opaque');
  });

  describe.each(KINDS)('%s', (kind) => {
    it.each(SETTINGS)('matches the oracle: %s', (_, setting) => {
      const layerCase = randomCase(kind, 21);
      const actual = runLayer(fusedLayer(kind, layerOptions(layerCase, setting)), layerCase, setting);
      expect(largestError(actual, oracleResult(layerCase, setting))).toBeLessThan(2e-5);
    });

    it.each(SETTINGS)('matches tf.layers: %s', (_, setting) => {
      const layerCase = randomCase(kind, 22);
      const expected = runLayer(tfjsLayer(kind, layerOptions(layerCase, setting)), layerCase, setting);
      expect(
        largestError(runLayer(fusedLayer(kind, layerOptions(layerCase, setting)), layerCase, setting), expected),
      ).toBeLessThan(1e-5);
    });

    it.each(fusableActivationNames.filter((name) => name !== 'linear'))(
      'propagates NaN through the slope of %s',
      (name) => {
        const layer = fusedLayer(kind, { units: 3, activation: name, recurrentActivation: name });
        const input = tf.tensor3d([NaN, 1, 1, 1], [1, 2, 2]);
        layer.apply(input);
        const loss = (): tf.Scalar => tf.sum(layer.apply(input) as tf.Tensor);
        const { grads } = tf.variableGrads(loss);
        const bias = Object.entries(grads).find(([variable]) => variable.endsWith('bias'))![1];
        expect([...bias.dataSync()].filter((slope) => !Number.isNaN(slope))).toEqual([]);
      },
    );

    it.each(CLIPS)('clips %s like the oracle', (_name, clipBackprop, clips) => {
      for (const setting of [{}, { masked: true, initialState: true }, { goBackwards: true, returnState: true }]) {
        const layerCase = randomCase(kind, 11, { scale: 1.5 });
        const actual = runLayer(
          fusedLayer(kind, { ...layerOptions(layerCase, setting), clipBackprop }),
          layerCase,
          setting,
        );
        const expected = oracleResult(layerCase, setting, clips);
        expect(largestError(actual, expected)).toBeLessThan(2e-5);
        expect(largestError(expected, oracleResult(layerCase, setting))).toBeGreaterThan(0.01);
      }
    });

    it('gives the same numbers with limits of Infinity as without limits', () => {
      const layerCase = randomCase(kind, 23);
      const plain = runLayer(fusedLayer(kind, layerOptions(layerCase)), layerCase);
      for (const limits of [{ maxAbs: Infinity }, { maxNorm: Infinity, at: 'state' }]) {
        expect(runLayer(fusedLayer(kind, { ...layerOptions(layerCase), clipBackprop: limits }), layerCase)).toEqual(
          plain,
        );
      }
    });

    it('matches tf.layers for random shapes and options, outputs to 1e-5 and gradients to 1e-4', () => {
      const next = seededUniform(KINDS.indexOf(kind) + 100);
      const upTo = (most: number): number => 1 + Math.floor(next() * most);
      const coin = (): boolean => next() < 0.5;
      for (let trial = 0; trial < 12; trial += 1) {
        // At least two steps: tf.layers' own layers have no gradient over a single step.
        const shape = { batch: upTo(6), time: 1 + upTo(12), features: upTo(7), units: upTo(9) };
        const layerCase = randomCase(kind, 1000 + trial, { ...shape, scale: 0.5 + next() });
        const setting: LayerSetting = {
          goBackwards: coin(),
          masked: coin(),
          initialState: coin(),
          returnSequences: coin(),
          returnState: coin(),
          recurrentActivation: coin() ? 'sigmoid' : 'hardSigmoid',
        };
        const expected = runLayer(tfjsLayer(kind, layerOptions(layerCase, setting)), layerCase, setting);
        const actual = runLayer(fusedLayer(kind, layerOptions(layerCase, setting)), layerCase, setting);
        expect(relativeError(actual.outputs, expected.outputs), JSON.stringify({ shape, setting })).toBeLessThan(1e-5);
        expect(largestError(actual, expected), JSON.stringify({ shape, setting })).toBeLessThan(1e-4);
      }
    });

    it("supports any shape, including a single step, where tf.layers' own layers have no gradient", () => {
      for (const [seed, shape] of [
        [1, { batch: 1, time: 1, features: 1, units: 1 }],
        [2, { batch: 5, time: 2, features: 7, units: 3 }],
        [3, { batch: 2, time: 17, features: 1, units: 9 }],
      ] as const) {
        const layerCase = randomCase(kind, seed, shape);
        expect(
          largestError(runLayer(fusedLayer(kind, layerOptions(layerCase)), layerCase), oracleResult(layerCase)),
        ).toBeLessThan(2e-5);
      }
    });

    it.each(['tanh', 'sigmoid', 'hardSigmoid', 'relu', 'relu6', 'elu', 'selu', 'softplus', 'softsign', 'linear'])(
      'differentiates %s like tf.layers',
      (activation) => {
        if (
          backend === 'wasm' &&
          ['selu', 'softplus'].includes(activation) &&
          !tf.getKernel(activation === 'selu' ? 'Selu' : 'Softplus', 'wasm')
        )
          return;
        const layerCase = randomCase(kind, 24, { scale: 0.3 });
        const options = { ...layerOptions(layerCase), activation, recurrentActivation: 'sigmoid' };
        const expected = runLayer(tfjsLayer(kind, options), layerCase);
        expect(largestError(runLayer(fusedLayer(kind, options), layerCase), expected)).toBeLessThan(2e-5);
      },
    );

    it.each([
      { name: 'an empty batch', shape: [0, 3, 2] as const },
      { name: 'sequences without steps', shape: [2, 0, 2] as const },
    ])('keeps the states and gives weight gradients of 0 for $name', ({ shape }) => {
      const [batch, time, features] = shape;
      for (const returnSequences of [false, true]) {
        const layer = fusedLayer(kind, { units: 2, returnSequences, returnState: true, inputShape: [null, features] });
        layer.apply(tf.ones([1, 1, features]));
        tf.tidy(() => {
          const states = Array.from({ length: kind === 'lstm' ? 2 : 1 }, (_, s) => tf.fill([batch, 2], s + 1));
          let results: tf.Tensor[] = [];
          const loss = (): tf.Scalar => {
            const all = layer.apply(tf.ones([...shape]), { initialState: states }) as tf.Tensor[];
            results = all.map((result) => tf.keep(result.clone()));
            return tf.addN(all.map((result) => tf.sum(result))) as tf.Scalar;
          };
          const weights = layer.weights.map((weight) => weight.read());
          const { grads } = tf.engine().gradients(loss, [...weights, ...states]);
          expect(results.map((result) => result.shape)).toEqual([
            returnSequences ? [batch, time, 2] : [batch, 2],
            ...states.map(() => [batch, 2]),
          ]);
          expect(results.slice(1).map(values)).toEqual(states.map(values));
          if (!returnSequences) expect(values(results[0]!)).toEqual(values(states[0]!));
          expect(grads.slice(0, 3).map(values)).toEqual(weights.map((weight) => values(tf.zerosLike(weight))));
          // h reaches the loss as a state and, without sequences, also as the output.
          expect(grads.slice(3).map(values)).toEqual(
            states.map((state, s) => values(tf.mul(tf.onesLike(state), s === 0 && !returnSequences ? 2 : 1))),
          );
          tf.dispose(results);
        });
      }
    });

    it('gives inputs without features the numbers of inputs that are 0', () => {
      const run = (features: number): number[][] =>
        tf.tidy(() => {
          const layer = fusedLayer(kind, { units: 2, inputShape: [3, features], biasInitializer: 'ones' });
          const x = tf.zeros([2, 3, features]);
          layer.apply(x);
          const { U, b } = randomCase(kind, 7, { units: 2 }).weights;
          layer.setWeights([tf.ones([features, b.length]), tf.tensor2d(U), tf.tensor1d(b)]);
          const weights = layer.weights.slice(1).map((weight) => weight.read());
          const { value, grads } = tf
            .engine()
            .gradients(() => tf.sum(layer.apply(x) as tf.Tensor) as tf.Scalar, weights);
          return [value, ...grads].map(values);
        });
      expect(run(0)).toEqual(run(1));
    });

    it('works without a bias', () => {
      const layerCase = randomCase(kind, 25);
      const actual = (make: (kind: Kind, options: object) => tf.RNN): number[] => {
        const layer = make(kind, { ...layerOptions(layerCase), useBias: false });
        return tf.tidy(() => {
          const x = tf.tensor3d(layerCase.x);
          layer.apply(x);
          layer.setWeights([tf.tensor2d(layerCase.weights.W), tf.tensor2d(layerCase.weights.U)]);
          const { grads } = tf.engine().gradients(
            () => tf.sum(tf.square(layer.apply(x) as tf.Tensor)) as tf.Scalar,
            layer.weights.map((weight) => weight.read()),
          );
          return grads.flatMap((gradient) => Array.from(gradient.dataSync()));
        });
      };
      expect(relativeError(actual(fusedLayer), actual(tfjsLayer))).toBeLessThan(1e-5);
    });

    it('leaks no tensors, with and without gradients', () => {
      const layerCase = randomCase(kind, 26);
      const setting = { initialState: true, returnState: true, masked: true };
      const layer = fusedLayer(kind, layerOptions(layerCase, setting));
      runLayer(layer, layerCase, setting);
      const before = { ...tf.memory() };
      for (let i = 0; i < 20; i += 1) {
        runLayer(layer, layerCase, setting);
        tf.tidy(() => void layer.apply(tf.tensor3d(layerCase.x)));
      }
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numBytes).toBe(before.numBytes);
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    });
  });
});
