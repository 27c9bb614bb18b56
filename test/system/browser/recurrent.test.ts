import * as tf from '@tensorflow/tfjs';
import { clipBackprop, fusedGRU, fusedLSTM, fusedSimpleRNN, gradientFlow } from 'gradclip/recurrent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byNorm } from '../../support/oracles/recurrent/bptt.ts';
import {
  KINDS,
  largestError,
  oracleResult,
  layerOptions,
  randomCase,
  relativeError,
  runLayerAsync,
  type LayerSetting,
} from '../../src/recurrent/layer-case.ts';
import { workingDevices } from './devices.ts';
import { readsDuring } from './session.ts';

const devices = await workingDevices();
const fused = { simpleRNN: fusedSimpleRNN, lstm: fusedLSTM, gru: fusedGRU };
const small = { batch: 2, time: 4, features: 2, units: 3, scale: 1.5 };
// Exponentials of shaders are exact to a few units in the last place, and each time step adds an error.
const NEAR = 1e-4;

describe.each(devices)('recurrent layers on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());

  describe.each(KINDS)('%s', (kind) => {
    const settings: [string, LayerSetting][] = [
      ['all outputs, masked', { masked: true }],
      ['the last output, backwards', { goBackwards: true, returnSequences: false }],
      ['with states in and out', { initialState: true, returnState: true, recurrentActivation: 'hardSigmoid' }],
    ];

    it.each(settings)('matches the oracle with a fused layer: %s', async (_, setting) => {
      const layerCase = randomCase(kind, 41, small);
      const actual = await runLayerAsync(fused[kind](layerOptions(layerCase, setting) as never), layerCase, setting);
      expect(largestError(actual, oracleResult(layerCase, setting))).toBeLessThan(NEAR);
    });

    it("clips tf.layers' own and fused layers like the oracle", async () => {
      const layerCase = randomCase(kind, 42, small);
      const expected = oracleResult(layerCase, {}, { gate: byNorm(0.1) });
      for (const make of [tf.layers[kind], fused[kind]]) {
        const layer = clipBackprop(make(layerOptions(layerCase) as never) as tf.RNN, { maxNorm: 0.1 });
        expect(largestError(await runLayerAsync(layer, layerCase), expected)).toBeLessThan(NEAR);
      }
    });

    it("measures the oracle's gradient flow for tf.layers' own and fused layers", async () => {
      const layerCase = randomCase(kind, 43, small);
      const dotProduct = (targets: tf.Tensor, predictions: tf.Tensor): tf.Tensor =>
        tf.sum(tf.mul(targets, predictions));
      for (const make of [tf.layers[kind], fused[kind]]) {
        const layer = make(layerOptions(layerCase) as never) as tf.RNN;
        const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4, 2] }), layer] });
        const { W, U, b } = layerCase.weights;
        layer.setWeights([tf.tensor2d(W), tf.tensor2d(U), tf.tensor1d(b)]);
        const [flow] = await gradientFlow(
          model,
          tf.tensor3d(layerCase.x),
          tf.tensor3d(layerCase.outputGradients),
          dotProduct,
        );
        expect(relativeError(flow!.norms, oracleResult(layerCase).flow)).toBeLessThan(NEAR);
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
