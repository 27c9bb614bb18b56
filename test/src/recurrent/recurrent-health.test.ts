import * as tf from '@tensorflow/tfjs';
import { accelerate, clipBackprop, recurrentHealth, type LayerHealth } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  gru as gruOracle,
  hardSigmoid,
  sigmoid,
  tanh,
  type Clips,
  type Curve,
} from '../../support/oracles/recurrent/cells.ts';
import type { Matrix } from '../../support/oracles/recurrent/matrix.ts';
import { singularValues } from '../../support/oracles/recurrent/svd.ts';
import { seededUniform } from '../../../src/core/random.ts';

const matrix = (rows: number, columns: number, seed: number): Matrix => {
  const next = seededUniform(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(next() * 2 - 1)));
};

const diagonal = (...values: number[]): Matrix =>
  values.map((value, row) => values.map((_, column) => (row === column ? value : 0)));

/** A SimpleRNN model whose recurrent kernel is this matrix. */
function rnn(U: Matrix, activation = 'tanh', options: object = {}): tf.Sequential {
  const layer = tf.layers.simpleRNN({
    ...{ units: U.length, inputShape: [3, 1], activation, useBias: false },
    ...options,
  } as never);
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
      expect(health!.spectralNorms['state']! / singularValues(U)[0]!).toBeCloseTo(1, 13);
    }
  });

  it.each([
    ['close to many others', diagonal(...new Array<number>(63).fill(0.9999), 1.00002)],
    [
      'equal to the second',
      [
        [Math.cos(1), -Math.sin(1)],
        [Math.sin(1), Math.cos(1)],
      ],
    ],
    ['of a matrix of rank 1', Array.from({ length: 5 }, () => [1, 2, 3, 4, 5])],
    ['too large to be squared in float32', diagonal(3e30, 1e30)],
    ['too small to be squared in float32', diagonal(3e-30, -4e-30)],
    [
      'of a Jordan block',
      [
        [1, 1, 0],
        [0, 1, 1],
        [0, 0, 1],
      ],
    ],
    [
      'of a matrix whose reflections would cancel',
      [
        [1, 1, 1e-8],
        [0, 1, 1],
        [0, 0, 1],
      ],
    ],
    ['that is 0', diagonal(0, 0)],
  ])('computes a largest singular value %s', async (_, U) => {
    const [health] = await recurrentHealth(rnn(U));
    const largest = singularValues(U.map((row) => row.map(Math.fround)))[0]!;
    expect(health!.spectralNorms['state']! / (largest || 1)).toBeCloseTo(largest === 0 ? 0 : 1, 12);
  });

  it.each<[string, string, Matrix, Partial<LayerHealth>]>([
    ['tanh', 'below 1', diagonal(0.9, 0.45), { mustVanish: 'yes', canExplode: 'no' }],
    ['tanh', '1', diagonal(1, 0.5), { mustVanish: 'no', canExplode: 'no' }],
    ['tanh', 'above 1', diagonal(1.1, 0.5), { mustVanish: 'no', canExplode: 'yes' }],
    [
      'tanh',
      'just above 1 beside many values just below',
      diagonal(...new Array<number>(63).fill(0.9999), 1.00002),
      { mustVanish: 'no', canExplode: 'yes' },
    ],
    [
      'tanh',
      'above 1 that a second step undoes',
      [
        [0, 2],
        [0, 0],
      ],
      { mustVanish: 'unknown', canExplode: 'unknown' },
    ],
    [
      'tanh',
      'above 1 that many steps undo',
      [
        [0.5, 2],
        [0, 0.5],
      ],
      { mustVanish: 'unknown', canExplode: 'unknown' },
    ],
    [
      'tanh',
      'above 1 only in some directions',
      [
        [0, 4],
        [0.25, 0],
      ],
      { mustVanish: 'no', canExplode: 'unknown' },
    ],
    ['sigmoid', '3.9', diagonal(3.9), { mustVanish: 'yes', canExplode: 'no', steepestSlope: 0.25 }],
    ['sigmoid', '4.1', diagonal(4.1), { mustVanish: 'no', canExplode: 'yes' }],
    ['hardSigmoid', '4.9', diagonal(4.9), { mustVanish: 'yes', canExplode: 'no', steepestSlope: 0.2 }],
    ['linear', '1.8', diagonal(1.8), { mustVanish: 'no', canExplode: 'yes' }],
    ['selu', '0.6', diagonal(0.6), { mustVanish: 'no', canExplode: 'yes' }],
    ['gelu', '0.1', diagonal(0.1), { mustVanish: 'unknown', canExplode: 'unknown', largestFactor: null }],
  ])('judges a layer with %s and a spectral norm of %s', async (activation, _, U, expected) => {
    const [health] = await recurrentHealth(rnn(U, activation));
    expect(health).toMatchObject(expected);
    if (expected.largestFactor === null) return;
    expect(health!.largestFactor).toBeCloseTo(health!.steepestSlope! * singularValues(U)[0]!, 5);
  });

  it.each([NaN, Infinity])('proves nothing from weights that contain %d', async (value) => {
    const [health] = await recurrentHealth(rnn(diagonal(0.5, value)));
    expect(health).toEqual({
      ...{ layer: health!.layer, cell: 'SimpleRNN', spectralNorms: { state: NaN }, steepestSlope: 1 },
      ...{ largestFactor: null, canExplode: 'unknown', mustVanish: 'unknown' },
      because: 'The recurrent kernel has NaN or Infinity.',
    });
  });

  it('divides by the share of the state that recurrent dropout keeps', async () => {
    const [health] = await recurrentHealth(rnn(diagonal(0.6), 'tanh', { recurrentDropout: 0.5 }));
    expect(health).toMatchObject({ canExplode: 'yes', mustVanish: 'no' });
    expect(health!.largestFactor).toBeCloseTo(1.2, 5);
    expect(health!.because).toContain('γ·σ₁ = 1.00/0.50·0.600 = 1.200 is above 1');
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
    expect(
      (
        await recurrentHealth(
          rnn([
            [0, 2],
            [0, 0],
          ]),
        )
      )[0]!.because,
    ).toBe(
      'γ·σ₁ = 1.00·2.000 = 2.000 is above 1: gradients can grow over a few steps, by up to 2.00× per step; whether over many is unknown.',
    );
    expect((await recurrentHealth(rnn([[1]], 'gelu')))[0]!.because).toBe(
      'σ₁ is 1.000; the steepest slope of gelu is unknown, so gradients may vanish or explode.',
    );
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
      expect(health[0]).toMatchObject({ canExplode: 'unknown', mustVanish: 'unknown', largestFactor: null });
      expect(health[0]!.because).toMatch(/^Gates can .* explode \(no bound on one step; largest σ₁ \d\.\d{3}\)\.$/);
      expect(health[2]!.because).toMatch(
        /^Gates can .* explode \(at most \d\.\d\d× per step; largest σ₁ \d\.\d{3}\)\.$/,
      );
      expect(health[2]!.largestFactor).toBeGreaterThan(1);
    }
  });

  /** A GRU of one unit; the weights are in the order update, reset, candidate. */
  const gru = (options: object, U: number[], bias: number[]): tf.Sequential => {
    const layer = tf.layers.gru({ units: 1, inputShape: [1, 1], recurrentActivation: 'sigmoid', ...options } as never);
    const model = tf.sequential({ layers: [layer] });
    layer.setWeights([tf.zeros([1, 3]), tf.tensor2d([U]), tf.tensor1d(bias)]);
    return model;
  };

  /** |∂h′/∂h| of one step of that GRU, by the oracle. */
  const slopeOf = (U: number[], b: number[], h: number, phi: Curve, sigma: Curve): number => {
    const step = gruOracle([[0]], [[[h]]], { W: [[0, 0, 0]], U: [U], b }, { phi, sigma });
    const keep: Clips = { gate: (gradient) => gradient, state: (gradient) => gradient };
    return Math.abs(step.backward([[[1]]], keep).states[0]![0]![0]!);
  };

  it.each([
    // The state is −1 and the candidate 1, so the update gate moves the state by 2.
    ['the update gate', [-40, 0, 0], [-40, 0, 20], -1],
    // The update gate is 0, the reset gate 1/2 and steep, and the candidate is steep.
    ['reset and candidate', [0, 8, 8], [-40, -8, -4], 1],
    ['the candidate alone', [0, 0, 30], [-40, 40, -30], 1],
  ] as const)('bounds the growth over one GRU step, closely for %s', async (_, U, bias, h) => {
    const [health] = await recurrentHealth(gru({}, [...U], [...bias]));
    const slope = slopeOf([...U], [...bias], h, tanh, sigmoid);
    expect(slope).toBeLessThanOrEqual(health!.largestFactor!);
    expect(slope).toBeGreaterThan(0.6 * health!.largestFactor!);
  });

  it('bounds the growth of a gradient over random GRU steps', async () => {
    const next = seededUniform(9);
    for (let trial = 0; trial < 200; trial += 1) {
      const [U, bias] = [1, 2].map(() => Array.from({ length: 3 }, () => (next() - 0.5) * 20)) as [number[], number[]];
      for (const [name, sigma] of [
        ['sigmoid', sigmoid],
        ['hardSigmoid', hardSigmoid],
      ] as const) {
        const [health] = await recurrentHealth(gru({ recurrentActivation: name }, U, bias));
        expect(slopeOf(U, bias, next() * 2 - 1, tanh, sigma)).toBeLessThanOrEqual(health!.largestFactor!);
      }
      tf.disposeVariables();
    }
  });

  it.each([
    ['linear gates', { recurrentActivation: 'linear' }],
    ['relu gates', { recurrentActivation: 'relu' }],
    ['selu gates', { recurrentActivation: 'selu' }],
    ['tanh gates', { recurrentActivation: 'tanh' }],
    ['an unknown gate', { recurrentActivation: 'gelu' }],
    ['a relu candidate', { activation: 'relu' }],
    ['an unknown candidate', { activation: 'gelu' }],
    ['recurrent dropout', { recurrentDropout: 0.1 }],
  ])('has no bound for a GRU with %s', async (_, options) => {
    const [health] = await recurrentHealth(gru(options, [1, 1, 1], [0, 0, 0]));
    expect(health).toMatchObject({ canExplode: 'unknown', mustVanish: 'unknown', largestFactor: null });
  });

  it('has no bound for a GRU that starts outside ±1', async () => {
    const factorOf = async (model: tf.LayersModel): Promise<number | null> =>
      (await recurrentHealth(model))[0]!.largestFactor;
    const x = tf.input({ shape: [3, 1] });
    const [first, second] = [tf.input({ shape: [1] }), tf.input({ shape: [1] })];
    const apply = (layer: tf.layers.Layer, states: tf.SymbolicTensor[]): tf.LayersModel =>
      tf.model({ inputs: [x, ...states], outputs: layer.apply(x, { initialState: states }) as tf.SymbolicTensor });
    expect(await factorOf(apply(tf.layers.gru({ units: 1 }), [first]))).toBe(null);
    const both = tf.layers.bidirectional({ layer: tf.layers.gru({ units: 1 }) as tf.RNN, mergeMode: 'concat' });
    expect(await factorOf(apply(both, [first, second]))).toBe(null);

    const layer = tf.layers.gru({ units: 1, stateful: true, batchInputShape: [1, 3, 1] });
    const stateful = tf.sequential({ layers: [layer] });
    expect(await factorOf(stateful)).not.toBe(null);
    stateful.predict(tf.ones([1, 3, 1]));
    expect(await factorOf(stateful)).not.toBe(null);
    (layer as tf.RNN).resetStates(tf.tensor2d([[-1.5]]));
    expect(await factorOf(stateful)).toBe(null);
  });

  it('rejects models without recurrent layers or weights', async () => {
    const dense = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    await expect(recurrentHealth(dense)).rejects.toThrow(
      'needs a model with SimpleRNN, LSTM or GRU; received one with Dense.',
    );
    await expect(recurrentHealth(tf.sequential())).rejects.toThrow('needs a model that has its weights');
  });
});
