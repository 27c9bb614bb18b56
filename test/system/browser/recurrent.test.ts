import * as tf from '@tensorflow/tfjs';
import { clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN, gradientFlow } from 'gradclip/recurrent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byNorm } from '../../support/oracles/recurrent/bptt.ts';
import {
  KINDS,
  distance,
  expected,
  optionsOf,
  problem,
  relative,
  solveAsync,
  type Setting,
} from '../../src/recurrent/layer-problem.ts';
import { workingDevices } from './devices.ts';
import { readsDuring } from './session.ts';

const devices = await workingDevices();
const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const small = { batch: 2, time: 4, features: 2, units: 3, scale: 1.5 };
// Shaders compute exponentials to a few units in the last place, and every step adds its own.
const NEAR = 1e-4;

describe.each(devices)('recurrent layers on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());

  describe.each(KINDS)('%s', (kind) => {
    const settings: [string, Setting][] = [
      ['all outputs, masked', { masked: true }],
      ['the last output, backwards', { goBackwards: true, returnSequences: false }],
      ['with states in and out', { initialState: true, returnState: true, recurrentActivation: 'hardSigmoid' }],
    ];

    it.each(settings)('fused is the oracle: %s', async (_, setting) => {
      const given = problem(kind, 41, small);
      const answer = await solveAsync(fused[kind](optionsOf(given, setting) as never), given, setting);
      expect(distance(answer, expected(given, setting))).toBeLessThan(NEAR);
    });

    it('is clipped as the oracle says, stock and fused', async () => {
      const given = problem(kind, 42, small);
      const wanted = expected(given, {}, { gate: byNorm(0.1) });
      for (const make of [tf.layers[kind], fused[kind]]) {
        const layer = clipBackprop(make(optionsOf(given) as never) as tf.RNN, { maxNorm: 0.1 });
        expect(distance(await solveAsync(layer, given), wanted)).toBeLessThan(NEAR);
      }
    });

    it('has the gradient flow of the oracle, stock and fused', async () => {
      const given = problem(kind, 43, small);
      const dotted = (targets: tf.Tensor, predictions: tf.Tensor): tf.Tensor => tf.sum(tf.mul(targets, predictions));
      for (const make of [tf.layers[kind], fused[kind]]) {
        const layer = make(optionsOf(given) as never) as tf.RNN;
        const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4, 2] }), layer] });
        const { W, U, b } = given.weights;
        layer.setWeights([tf.tensor2d(W), tf.tensor2d(U), tf.tensor1d(b)]);
        const [flow] = await gradientFlow(model, tf.tensor3d(given.x), tf.tensor3d(given.outer), dotted);
        expect(relative(flow!.norms, expected(given).flow)).toBeLessThan(NEAR);
      }
    });

    it('reads nothing back while it trains', () => {
      const layers = [
        fused[kind]({
          units: 2,
          inputShape: [3, 2],
          returnSequences: true,
          recurrentInitializer: 'glorotUniform',
          clipBackprop: { maxNorm: 1 },
        } as never),
        clipBackprop(tf.layers[kind]({ units: 2, recurrentInitializer: 'glorotUniform' } as never) as tf.RNN, {
          maxAbs: 1,
          at: 'state',
        }),
      ];
      const model = tf.sequential({ layers });
      const optimizer = tf.train.sgd(0.1);
      const x = tf.ones([2, 3, 2]);
      const reads = readsDuring(() => {
        optimizer.minimize(() => tf.sum(model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar);
      });
      expect(reads).toEqual([]);
    });
  });
});
