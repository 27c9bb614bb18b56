import * as tf from '@tensorflow/tfjs';
import { clipBackprop, type ClipBackpropOptions } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import { byNorm, byValue } from '../../support/oracles/recurrent/bptt.ts';
import type { Clips } from '../../support/oracles/recurrent/cells.ts';
import {
  KINDS,
  largestError,
  oracleResult,
  layerOptions,
  randomCase,
  runLayer,
  type Kind,
  type LayerSetting,
} from './layer-case.ts';
import { BACKENDS } from './backends.ts';

const createLayer = (kind: Kind, options: object): tf.RNN => tf.layers[kind](options as never) as unknown as tf.RNN;

// L = h₈ with hₜ = φ(w·hₜ₋₁ + xₜ), one unit, w = 1.8, no bias, x₁ = 1 and nothing after it.
function oneUnit(activation: 'linear' | 'tanh', clip?: ClipBackpropOptions): { dw: number; h: number } {
  const plain = tf.layers.simpleRNN({ units: 1, activation, useBias: false, recurrentInitializer: 'ones' });
  const layer = clip ? clipBackprop(plain, clip) : plain;
  return tf.tidy(() => {
    const x = tf.tensor3d([[[1], [0], [0], [0], [0], [0], [0], [0]]]);
    layer.apply(tf.input({ shape: [8, 1] }));
    layer.setWeights([tf.ones([1, 1]), tf.fill([1, 1], 1.8)]);
    const w = layer.weights[1]!.read();
    const { value, grads } = tf.engine().gradients(() => tf.sum(layer.apply(x) as tf.Tensor) as tf.Scalar, [w]);
    return { dw: grads[0]!.dataSync()[0]!, h: value.dataSync()[0]! };
  });
}

describe('clipBackprop on one unit, checked against a calculation by hand', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('leaves the gradient 7·w⁶ without clipping', () => {
    // hₜ = w^(t-1), so L = w⁷ and dL/dw = 7·w⁶.
    const { h, dw } = oneUnit('linear');
    expect(h).toBeCloseTo(61.222, 2);
    expect(dw).toBeCloseTo(7 * 1.8 ** 6, 2);
  });

  it.each(['preactivation', 'state'] as const)(
    'computes ½·(h₁ + … + h₇) if every step is clipped to 0.5 at the %s',
    (at) => {
      // δ₈ = min(1, ½), δ₇ = min(1.8·½, ½), and so on: every δₜ is ½, and dL/dw = Σ δₜ·hₜ₋₁.
      const sum = [0, 1, 2, 3, 4, 5, 6].reduce((total, power) => total + 1.8 ** power, 0);
      expect(oneUnit('linear', { maxAbs: 0.5, at }).dw).toBeCloseTo(sum / 2, 3);
      expect(oneUnit('linear', { maxNorm: 0.5, at }).dw).toBeCloseTo(sum / 2, 3);
    },
  );

  it('clips each step, not the sum of the steps', () => {
    expect(oneUnit('linear', { maxAbs: 2 }).dw).toBeCloseTo(
      // δ₈ = 1, δ₇ = 1.8, then 1.8² > 2 and all earlier ones are 2.
      1 * 1.8 ** 6 + 1.8 * 1.8 ** 5 + 2 * [0, 1, 2, 3, 4].reduce((total, power) => total + 1.8 ** power, 0),
      2,
    );
  });

  it('clips the gradient of tanh', () => {
    const h = [0];
    for (let t = 1; t <= 8; t += 1) h.push(Math.tanh(1.8 * h[t - 1]! + (t === 1 ? 1 : 0)));
    const dwWith = (limit: number): number => {
      let dh = 1;
      let dw = 0;
      for (let t = 8; t >= 1; t -= 1) {
        const delta = Math.max(-limit, Math.min(limit, dh * (1 - h[t]! ** 2)));
        dw += delta * h[t - 1]!;
        dh = 1.8 * delta;
      }
      return dw;
    };
    expect(oneUnit('tanh').dw).toBeCloseTo(dwWith(Infinity), 6);
    expect(oneUnit('tanh', { maxAbs: 0.05 }).dw).toBeCloseTo(dwWith(0.05), 6);
    expect(Math.abs(dwWith(Infinity) - dwWith(0.05))).toBeGreaterThan(0.05);
  });

  it('computes a zero gradient with a limit of 0', () => {
    expect(oneUnit('linear', { maxAbs: 0 }).dw).toBe(0);
    expect(oneUnit('linear', { maxNorm: 0, at: 'state' }).dw).toBe(0);
  });
});

describe.each(BACKENDS)('clipBackprop on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  const cases: [string, ClipBackpropOptions, Partial<Clips>][] = [
    ['values at the pre-activations', { maxAbs: 0.05 }, { gate: byValue(0.05) }],
    ['norms at the pre-activations', { maxNorm: 0.1 }, { gate: byNorm(0.1) }],
    ['values at the states', { maxAbs: 0.3, at: 'state' }, { state: byValue(0.3) }],
    ['norms at the states', { maxNorm: 0.7, at: 'state' }, { state: byNorm(0.7) }],
  ];
  const settings: [string, LayerSetting][] = [
    ['plain', {}],
    ['the last output', { returnSequences: false }],
    ['masked', { masked: true, initialState: true }],
    ['backwards, with states', { goBackwards: true, returnState: true, recurrentActivation: 'hardSigmoid' }],
  ];

  describe.each(KINDS)('%s', (kind) => {
    it.each(settings)('matches the oracle without clipping: %s', (_, setting) => {
      const layerCase = randomCase(kind, 7, { scale: 1.5 });
      expect(
        largestError(
          runLayer(createLayer(kind, layerOptions(layerCase, setting)), layerCase, setting),
          oracleResult(layerCase, setting),
        ),
      ).toBeLessThan(2e-5);
    });

    describe.each(settings)('%s', (_, setting) => {
      it.each(cases)('clips %s like the oracle', (_name, options, clips) => {
        const layerCase = randomCase(kind, 11, { scale: 1.5 });
        const clipped = clipBackprop(createLayer(kind, layerOptions(layerCase, setting)), options);
        const expected = oracleResult(layerCase, setting, clips);
        expect(largestError(runLayer(clipped, layerCase, setting), expected)).toBeLessThan(2e-5);
        // The limits must clip something, or the comparison would prove nothing.
        expect(largestError(expected, oracleResult(layerCase, setting))).toBeGreaterThan(0.05);
      });

      it.each(['preactivation', 'state'] as const)(
        'gives the same numbers as an unclipped layer with Infinity at the %s',
        (at) => {
          const layerCase = randomCase(kind, 13, { scale: 1.5 });
          const plain = runLayer(createLayer(kind, layerOptions(layerCase, setting)), layerCase, setting);
          for (const options of [
            { maxAbs: Infinity, at },
            { maxNorm: Infinity, at },
          ]) {
            const clipped = clipBackprop(createLayer(kind, layerOptions(layerCase, setting)), options);
            expect(runLayer(clipped, layerCase, setting)).toEqual(plain);
          }
        },
      );
    });
  });
});
