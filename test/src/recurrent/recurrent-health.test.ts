import * as tf from '@tensorflow/tfjs';
import { accelerate, clipBackprop, recurrentHealth } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Matrix } from '../../support/oracles/recurrent/matrix.ts';
import { singularValues } from '../../support/oracles/recurrent/svd.ts';
import { seededUniform } from '../../../src/core/random.ts';

const matrix = (rows: number, columns: number, seed: number): Matrix => {
  const next = seededUniform(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(next() * 2 - 1)));
};

/** A SimpleRNN model whose recurrent kernel is this matrix. */
function rnn(U: Matrix, activation = 'tanh'): tf.Sequential {
  const layer = tf.layers.simpleRNN({ units: U.length, inputShape: [3, 1], activation, useBias: false } as never);
  const model = tf.sequential({ layers: [layer] });
  tf.tidy(() => layer.setWeights([tf.zeros([1, U.length]), tf.tensor2d(U)]));
  return model;
}

beforeAll(() => tf.setBackend('cpu'));

describe('the oracle singularValues', () => {
  it('matches singular values computed by hand', () => {
    expect(
      singularValues([
        [3, 0],
        [0, -2],
      ]),
    ).toEqual([3, 2]);
    // AᵀA = [[25, 20], [20, 25]] has eigenvalues 45 and 5.
    const values = singularValues([
      [3, 0],
      [4, 5],
    ]);
    expect(values[0]).toBeCloseTo(Math.sqrt(45), 12);
    expect(values[1]).toBeCloseTo(Math.sqrt(5), 12);
  });
});

describe('recurrentHealth', () => {
  it.each([1, 2, 3, 5, 16, 40])('computes the largest singular value for %i units', async (units) => {
    for (const seed of [1, 2, 3]) {
      const U = matrix(units, units, seed * 100 + units);
      const [health] = await recurrentHealth(rnn(U));
      expect(health!.spectralNorms['state']! / singularValues(U)[0]!).toBeCloseTo(1, 6);
    }
  });

  it('converges if the two largest singular values are equal, and for zeros', async () => {
    const rotation = [
      [Math.cos(1), -Math.sin(1)],
      [Math.sin(1), Math.cos(1)],
    ];
    expect((await recurrentHealth(rnn(rotation)))[0]!.spectralNorms['state']).toBeCloseTo(1, 6);
    const [none] = await recurrentHealth(
      rnn([
        [0, 0],
        [0, 0],
      ]),
    );
    expect(none).toMatchObject({ spectralNorms: { state: 0 }, mustVanish: true, canExplode: false });
  });

  it.each([
    ['tanh', 0.9, { mustVanish: true, canExplode: false, largestFactor: 0.9, steepestSlope: 1 }],
    ['tanh', 1, { mustVanish: false, canExplode: false }],
    ['tanh', 1.1, { mustVanish: false, canExplode: true }],
    ['sigmoid', 3.9, { mustVanish: true, canExplode: false, steepestSlope: 0.25 }],
    ['sigmoid', 4.1, { mustVanish: false, canExplode: true }],
    ['hardSigmoid', 4.9, { mustVanish: true }],
    ['linear', 1.8, { canExplode: true }],
    ['gelu', 0.1, { mustVanish: false, canExplode: true, largestFactor: null }],
  ])('judges a layer with %s and a spectral norm of %d', async (activation, scale, expected) => {
    const [health] = await recurrentHealth(
      rnn(
        [
          [scale, 0],
          [0, scale / 2],
        ],
        activation,
      ),
    );
    if ('largestFactor' in expected && expected.largestFactor !== null) {
      expect(health!.largestFactor).toBeCloseTo(expected.largestFactor, 6);
      return;
    }
    expect(health).toMatchObject(expected);
  });

  it('explains the result in words', async () => {
    const because = async (scale: number): Promise<string> => (await recurrentHealth(rnn([[scale]])))[0]!.because;
    expect(await because(0.5)).toBe(
      'γ·σ₁ = 1.00·0.500 = 0.500 is below 1: gradients cannot explode, and shrink to a thousandth within 10 steps.',
    );
    expect(await because(1.8)).toBe(
      'γ·σ₁ = 1.00·1.800 = 1.800 is above 1: gradients can explode, by up to 1.80× per step.',
    );
    expect(await because(1)).toBe('γ·σ₁ = 1.00·1.000 = 1.000: gradients do not grow.');
  });

  it('computes a norm for each gate in wrapped, clipped and fused layers', async () => {
    const layers = [
      tf.layers.bidirectional({
        layer: tf.layers.lstm({ units: 2, name: 'a', returnSequences: true }) as tf.RNN,
        inputShape: [3, 1],
      } as never),
      clipBackprop(tf.layers.gru({ units: 3, name: 'b' }), { maxAbs: 1 }),
    ];
    const model = tf.sequential({ layers });
    for (const each of [model, accelerate(model)]) {
      const health = await recurrentHealth(each);
      expect(health.map(({ layer, cell }) => [layer, cell])).toEqual([
        ['forward_a', 'LSTM'],
        ['backward_a', 'LSTM'],
        ['b', 'GRU'],
      ]);
      const U = (each.layers[1]!.getWeights()[1]!.arraySync() as Matrix).map((row) => row.slice(6, 9));
      expect(health[2]!.spectralNorms['candidate']! / singularValues(U)[0]!).toBeCloseTo(1, 6);
      expect(health[0]).toMatchObject({ canExplode: true, mustVanish: false, largestFactor: null });
      expect(health[2]!.largestFactor).toBeGreaterThan(1);
    }
  });

  it('bounds the growth of a gradient over one GRU step', async () => {
    const layer = tf.layers.gru({ units: 4, inputShape: [1, 2] });
    const model = tf.sequential({ layers: [layer] });
    const [health] = await recurrentHealth(model);
    const next = seededUniform(9);
    for (let trial = 0; trial < 50; trial += 1) {
      const ratio = tf.tidy(() => {
        const h = tf.tensor2d(
          Array.from({ length: 4 }, () => next() * 2 - 1),
          [1, 4],
        );
        const x = tf.tensor3d(
          Array.from({ length: 2 }, () => next() * 4 - 2),
          [1, 1, 2],
        );
        const dy = tf.tensor2d(
          Array.from({ length: 4 }, () => next() - 0.5),
          [1, 4],
        );
        const dh = tf
          .engine()
          .gradients(() => ((layer as tf.RNN).cell.call([tf.reshape(x, [1, 2]), h], {}) as tf.Tensor[])[0]!, [h], dy)
          .grads[0]!;
        return tf.div(tf.norm(dh), tf.norm(dy)).dataSync()[0]!;
      });
      expect(ratio).toBeLessThanOrEqual(health!.largestFactor!);
    }
  });

  it('rejects models without recurrent layers or weights', async () => {
    const dense = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    await expect(recurrentHealth(dense)).rejects.toThrow(
      'needs a model with SimpleRNN, LSTM or GRU; received one with Dense.',
    );
    await expect(recurrentHealth(tf.sequential())).rejects.toThrow('needs a model that has its weights');
  });
});
