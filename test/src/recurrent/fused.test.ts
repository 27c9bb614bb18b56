import * as tf from '@tensorflow/tfjs';
import { fusedGRU, fusedLSTM, fusedSimpleRNN, type ClipBackpropOptions } from 'gradclip/recurrent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byNorm, byValue } from '../../support/oracles/recurrent/bptt.ts';
import type { Clips } from '../../support/oracles/recurrent/cells.ts';
import {
  KINDS,
  distance,
  expected,
  optionsOf,
  problem,
  relative,
  solve,
  type Kind,
  type Setting,
} from './layer-problem.ts';
import { fusableActivationNames } from '../../../src/recurrent/activations.ts';
import { BACKENDS } from './backends.ts';
import { seededUniform } from '../../../src/core/random.ts';

const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const fusedOf = (kind: Kind, options: object): tf.RNN => fused[kind](options as never);
const stockOf = (kind: Kind, options: object): tf.RNN => tf.layers[kind](options as never) as unknown as tf.RNN;

// The cpu backend under a name of its own: its memory is out of reach, so the layers take tfjs's operations.
function registerOpaque(): void {
  tf.registerBackend('opaque', () => new Proxy(tf.findBackend('cpu'), {}));
  for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'opaque' });
}

const SETTINGS: [string, Setting][] = [
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
    it.each(SETTINGS)('is the oracle: %s', (_, setting) => {
      const given = problem(kind, 21);
      const answer = solve(fusedOf(kind, optionsOf(given, setting)), given, setting);
      expect(distance(answer, expected(given, setting))).toBeLessThan(2e-5);
    });

    it.each(SETTINGS)('is tf.layers: %s', (_, setting) => {
      const given = problem(kind, 22);
      const wanted = solve(stockOf(kind, optionsOf(given, setting)), given, setting);
      expect(distance(solve(fusedOf(kind, optionsOf(given, setting)), given, setting), wanted)).toBeLessThan(1e-5);
    });

    it.each(fusableActivationNames.filter((name) => name !== 'linear'))(
      'lets a NaN through the slope of %s',
      (name) => {
        const layer = fusedOf(kind, { units: 3, activation: name, recurrentActivation: name });
        const input = tf.tensor3d([NaN, 1, 1, 1], [1, 2, 2]);
        layer.apply(input);
        const loss = (): tf.Scalar => tf.sum(layer.apply(input) as tf.Tensor);
        const { grads } = tf.variableGrads(loss);
        const bias = Object.entries(grads).find(([variable]) => variable.endsWith('bias'))![1];
        expect([...bias.dataSync()].filter((slope) => !Number.isNaN(slope))).toEqual([]);
      },
    );

    it.each(CLIPS)('clips %s as the oracle does', (_name, clipBackprop, clips) => {
      for (const setting of [{}, { masked: true, initialState: true }, { goBackwards: true, returnState: true }]) {
        const given = problem(kind, 11, { scale: 1.5 });
        const answer = solve(fusedOf(kind, { ...optionsOf(given, setting), clipBackprop }), given, setting);
        const wanted = expected(given, setting, clips);
        expect(distance(answer, wanted)).toBeLessThan(2e-5);
        expect(distance(wanted, expected(given, setting))).toBeGreaterThan(0.01);
      }
    });

    it('is itself with limits of Infinity', () => {
      const given = problem(kind, 23);
      const plain = solve(fusedOf(kind, optionsOf(given)), given);
      for (const limits of [{ maxAbs: Infinity }, { maxNorm: Infinity, at: 'state' }]) {
        expect(solve(fusedOf(kind, { ...optionsOf(given), clipBackprop: limits }), given)).toEqual(plain);
      }
    });

    it('is tf.layers within 1e-5 and 1e-4 for random shapes and options', () => {
      const next = seededUniform(KINDS.indexOf(kind) + 100);
      const upTo = (most: number): number => 1 + Math.floor(next() * most);
      const coin = (): boolean => next() < 0.5;
      for (let trial = 0; trial < 12; trial += 1) {
        // From two steps on: the stock layers have no gradient over a single one.
        const shape = { batch: upTo(6), time: 1 + upTo(12), features: upTo(7), units: upTo(9) };
        const given = problem(kind, 1000 + trial, { ...shape, scale: 0.5 + next() });
        const setting: Setting = {
          goBackwards: coin(),
          masked: coin(),
          initialState: coin(),
          returnSequences: coin(),
          returnState: coin(),
          recurrentActivation: coin() ? 'sigmoid' : 'hardSigmoid',
        };
        const wanted = solve(stockOf(kind, optionsOf(given, setting)), given, setting);
        const answer = solve(fusedOf(kind, optionsOf(given, setting)), given, setting);
        expect(relative(answer.outputs, wanted.outputs), JSON.stringify({ shape, setting })).toBeLessThan(1e-5);
        expect(distance(answer, wanted), JSON.stringify({ shape, setting })).toBeLessThan(1e-4);
      }
    });

    it('takes any shape, one step included, where the stock layers have no gradient', () => {
      for (const [seed, shape] of [
        [1, { batch: 1, time: 1, features: 1, units: 1 }],
        [2, { batch: 5, time: 2, features: 7, units: 3 }],
        [3, { batch: 2, time: 17, features: 1, units: 9 }],
      ] as const) {
        const given = problem(kind, seed, shape);
        expect(distance(solve(fusedOf(kind, optionsOf(given)), given), expected(given))).toBeLessThan(2e-5);
      }
    });

    it.each(['tanh', 'sigmoid', 'hardSigmoid', 'relu', 'relu6', 'elu', 'selu', 'softplus', 'softsign', 'linear'])(
      'differentiates %s as tf.layers does',
      (activation) => {
        if (
          backend === 'wasm' &&
          ['selu', 'softplus'].includes(activation) &&
          !tf.getKernel(activation === 'selu' ? 'Selu' : 'Softplus', 'wasm')
        )
          return;
        const given = problem(kind, 24, { scale: 0.3 });
        const options = { ...optionsOf(given), activation, recurrentActivation: 'sigmoid' };
        const wanted = solve(stockOf(kind, options), given);
        expect(distance(solve(fusedOf(kind, options), given), wanted)).toBeLessThan(2e-5);
      },
    );

    it('works without a bias', () => {
      const given = problem(kind, 25);
      const answer = (make: (kind: Kind, options: object) => tf.RNN): number[] => {
        const layer = make(kind, { ...optionsOf(given), useBias: false });
        return tf.tidy(() => {
          const x = tf.tensor3d(given.x);
          layer.apply(x);
          layer.setWeights([tf.tensor2d(given.weights.W), tf.tensor2d(given.weights.U)]);
          const { grads } = tf.engine().gradients(
            () => tf.sum(tf.square(layer.apply(x) as tf.Tensor)) as tf.Scalar,
            layer.weights.map((weight) => weight.read()),
          );
          return grads.flatMap((gradient) => Array.from(gradient.dataSync()));
        });
      };
      expect(relative(answer(fusedOf), answer(stockOf))).toBeLessThan(1e-5);
    });

    it('leaves no tensor behind, with and without gradients', () => {
      const given = problem(kind, 26);
      const setting = { initialState: true, returnState: true, masked: true };
      const layer = fusedOf(kind, optionsOf(given, setting));
      solve(layer, given, setting);
      const before = { ...tf.memory() };
      for (let i = 0; i < 20; i += 1) {
        solve(layer, given, setting);
        tf.tidy(() => void layer.apply(tf.tensor3d(given.x)));
      }
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numBytes).toBe(before.numBytes);
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    });
  });
});
