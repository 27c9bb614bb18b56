import * as tf from '@tensorflow/tfjs';
import { accelerate, fastOrthogonal, fusedLSTM, gradientFlow, identityScaled, residual } from 'gradclip/recurrent';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Matrix } from '../../support/oracles/recurrent/matrix.ts';
import { singularValues } from '../../support/oracles/recurrent/svd.ts';
import { brief } from '../../support/settings.ts';
import { relativeError } from './layer-case.ts';
import { gradientsOf, reloaded } from './model-gradients.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('identityScaled', () => {
  it('fills the block of each gate with a scaled identity matrix', () => {
    const kernel = identityScaled({ scale: 0.5 }).apply([2, 6]).arraySync();
    expect(kernel).toEqual([
      [0.5, 0, 0.5, 0, 0.5, 0],
      [0, 0.5, 0, 0.5, 0, 0.5],
    ]);
  });

  it('gives an IRNN a gradient of constant norm over time', async () => {
    const rnn = tf.layers.simpleRNN({
      units: 3,
      activation: 'relu',
      kernelInitializer: 'ones',
      recurrentInitializer: identityScaled(),
      inputShape: [30, 1],
    });
    const model = tf.sequential({ layers: [rnn] });
    const [flow] = await gradientFlow(model, tf.ones([1, 30, 1]), tf.zeros([1, 3]), 'meanSquaredError');
    for (const norm of flow!.norms) expect(norm / flow!.norms[29]!).toBeCloseTo(1, 5);
  });

  it('rejects invalid shapes and scales', () => {
    expect(() => identityScaled().apply([2, 5])).toThrow(
      '`identityScaled()` initializes a recurrent kernel of shape [units, gates·units]; received shape [2, 5].',
    );
    expect(() => identityScaled({ scale: NaN })).toThrow(
      '`identityScaled({ scale })` must be a finite number; received NaN.',
    );
  });
});

describe('fastOrthogonal', () => {
  it.each([
    [[5, 5], 1],
    [[3, 12], 1],
    [[12, 3], 2],
    [[1, 4], 0.5],
  ])('creates a matrix of shape %o whose singular values all equal the gain %d', (shape, gain) => {
    const matrix = fastOrthogonal({ gain, seed: 1 }).apply(shape).arraySync() as Matrix;
    const values = singularValues(
      shape[0]! < shape[1]! ? matrix[0]!.map((_, j) => matrix.map((row) => row[j]!)) : matrix,
    );
    for (const value of values) expect(value).toBeCloseTo(gain, 5);
  });

  it('repeats the same matrix only if it has a seed', () => {
    const draw = (seed?: number): number[] =>
      Array.from(
        fastOrthogonal(seed === undefined ? {} : { seed })
          .apply([4, 4])
          .dataSync(),
      );
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(draw()).not.toEqual(draw());
  });

  it('draws matrices without a preferred direction', () => {
    // Each element of a uniformly random orthogonal matrix has mean 0 and variance 1/n.
    let sum = 0;
    let squares = 0;
    for (let seed = 0; seed < 400; seed += 1) {
      const [first = 0] = fastOrthogonal({ seed }).apply([4, 4]).dataSync();
      sum += first / 400;
      squares += (first * first) / 400;
    }
    expect(Math.abs(sum)).toBeLessThan(0.08);
    expect(squares).toBeGreaterThan(0.2);
    expect(squares).toBeLessThan(0.3);
  });

  it.skipIf(brief)('initializes a large kernel within 2 seconds', () => {
    const start = performance.now();
    fastOrthogonal({ seed: 1 }).apply([128, 512]);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('rejects vectors, gains that are not finite and seeds that are not integers', () => {
    expect(() => fastOrthogonal().apply([4])).toThrow('initializes weights with two or more axes; received shape [4].');
    expect(() => fastOrthogonal({ gain: Infinity })).toThrow('must be a finite number');
    expect(() => fastOrthogonal({ seed: 'one' as never })).toThrow(
      '`fastOrthogonal({ seed })` must be an integer or null; received "one".',
    );
  });
});

describe('both initializers', () => {
  it('reject a misspelt option', () => {
    expect(() => identityScaled({ scael: 2 } as object)).toThrow(
      '`identityScaled` has no option `scael`; it has `scale`.',
    );
    expect(() => fastOrthogonal({ sed: 2 } as object)).toThrow(
      '`fastOrthogonal` has no option `sed`; it has `gain`, `seed`. Did you mean `seed`?',
    );
  });

  it('keep their options when a model is saved and loaded', async () => {
    const lstm = tf.layers.lstm({
      units: 2,
      inputShape: [6, 3],
      recurrentInitializer: fastOrthogonal({ gain: 0.5, seed: 7 }),
      kernelInitializer: 'ones',
    });
    const rnn = fusedLSTM({ units: 2, recurrentInitializer: identityScaled({ scale: 0.25 }) });
    const model = tf.sequential({ layers: [lstm, tf.layers.repeatVector({ n: 3 }), rnn] });
    const loaded = await reloaded(model);
    expect(loaded.layers[0]!.getConfig()['recurrentInitializer']).toEqual({
      className: 'FastOrthogonal',
      config: { gain: 0.5, seed: 7 },
    });
    expect(loaded.layers[2]!.getConfig()['recurrentInitializer']).toEqual({
      className: 'IdentityScaled',
      config: { scale: 0.25 },
    });
  });
});

describe('residual', () => {
  const gru = (more: object = {}): tf.RNN =>
    tf.layers.gru({ units: 3, returnSequences: true, ...more } as never) as tf.RNN;
  const stacked = (): tf.Sequential =>
    tf.sequential({
      layers: [
        tf.layers.masking({ maskValue: 0, inputShape: [6, 3] }),
        residual(gru()),
        residual(tf.layers.bidirectional({ layer: gru(), mergeMode: 'ave' } as never)),
        tf.layers.simpleRNN({ units: 1 }),
      ],
    });

  it('adds the input to the output', () => {
    const inner = gru();
    const layer = residual(inner);
    const x = tf.randomNormal([2, 4, 3]);
    const sum = layer.apply(x) as tf.Tensor;
    const expected = tf.add(x, inner.call(x, {}) as tf.Tensor);
    expect(Array.from(sum.dataSync())).toEqual(Array.from(expected.dataSync()));
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[3, 9], [3, 9], [9]]);
  });

  it('saves and loads in stacks, behind masks and around bidirectional layers', async () => {
    const model = stacked();
    expect(gradientsOf(await reloaded(model))).toEqual(gradientsOf(model));
  });

  it('works with accelerate and gradientFlow', async () => {
    const model = stacked();
    const fusedLayer = accelerate(model);
    expect(relativeError(gradientsOf(fusedLayer), gradientsOf(model))).toBeLessThan(1e-5);
    const flows = await gradientFlow(fusedLayer, tf.ones([1, 6, 3]), tf.zeros([1, 1]), 'meanSquaredError');
    expect(flows).toHaveLength(4);
  });

  it('preserves gradients through many layers in which a plain stack loses them', async () => {
    const depth = 8;
    const first = async (wrap: (layer: tf.RNN) => tf.layers.Layer): Promise<number> => {
      const rnn = (seed: number): tf.RNN =>
        tf.layers.simpleRNN({
          units: 4,
          returnSequences: true,
          kernelInitializer: fastOrthogonal({ gain: 0.3, seed }),
          recurrentInitializer: fastOrthogonal({ gain: 0.3, seed: seed + 50 }),
        }) as tf.RNN;
      const layers = [
        tf.layers.inputLayer({ inputShape: [5, 4] }),
        ...Array.from({ length: depth }, (_, i) => wrap(rnn(i))),
      ];
      const flows = await gradientFlow(
        tf.sequential({ layers }),
        tf.ones([1, 5, 4]),
        tf.zeros([1, 5, 4]),
        'meanSquaredError',
      );
      const size = (norms: readonly number[]): number => Math.hypot(...norms);
      return size(flows[0]!.norms) / size(flows[depth - 1]!.norms);
    };
    expect(await first((layer) => layer)).toBeLessThan(0.01);
    expect(await first(residual)).toBeGreaterThan(0.3);
  });

  it('forwards states and resets to its layer', () => {
    const layer = residual(gru({ stateful: true, batchInputShape: [1, 2, 3] }));
    const model = tf.sequential({ layers: [layer] });
    const predict = (): number[] => Array.from((model.predict(tf.ones([1, 2, 3])) as tf.Tensor).dataSync());
    const first = predict();
    expect(predict()).not.toEqual(first);
    model.resetStates();
    expect(predict()).toEqual(first);
  });

  it('rejects layers whose output it cannot add to their input', () => {
    expect(() => residual(tf.layers.gru({ units: 3, name: 'last' }))).toThrow(
      '`residual(last)` needs a layer with returnSequences: true and returnState: false',
    );
    expect(() => residual(gru({ returnState: true }))).toThrow('returnState: true');
    expect(() => residual(gru({ units: 4 })).apply(tf.input({ shape: [2, 3] }))).toThrow(
      'received input [batch, time, 3] and output [batch, time, 4]',
    );
  });
});
