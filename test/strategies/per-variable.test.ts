import { ClippingError } from 'gradclip';
import { perVariable } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws, testLawsWith } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/per-variable.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

testLaws(perVariable, { oracle });
testLawsWith(perVariable, { oracle, options: { axes: [-1, 0] }, laws: { direction: 'unit' } });

describe('perVariable', () => {
  itMatchesOracle(perVariable, oracle, [
    { ord: 1 },
    { ord: 'inf', maxNorm: 0.2 },
    { ord: 3 },
    { axes: [0], ord: 1 },
    { axes: [-1], ord: 'inf' },
    { axes: [1, 3] },
    { axes: [0, -1], ord: 4 },
  ]);

  it.each([
    { title: 'clips each variable by its own norm', options: { maxNorm: 2.5 }, a: [1.5, 2], b: 1 },
    { title: 'leaves a gradient at the threshold unchanged', options: { maxNorm: 5 }, a: [3, 4], b: 1 },
    { title: 'returns zeros when maxNorm is 0', options: { maxNorm: 0 }, a: [0, 0], b: 0 },
    { title: 'scales a 1-norm of 7 down to 3.5', options: { maxNorm: 3.5, ord: 1 }, a: [1.5, 2], b: 1 },
    {
      title: 'scales an infinity norm of 4 down to 2',
      options: { maxNorm: 2, ord: 'inf' as const },
      a: [1.5, 2],
      b: 1,
    },
  ])('$title', ({ options, a, b }) => {
    expect(clipSteps(perVariable(options), [{ a: [3, 4], b: 1 }])[0]?.gradients).toEqual({ a, b });
  });

  it.each([
    {
      title: 'clips each column separately along axis 0',
      axes: [0],
      expected: [
        [1.5, 2.5],
        [2, 6],
      ],
    },
    {
      title: 'compares each row separately along the last axis',
      axes: [-1],
      expected: [
        [3, 5],
        [4, 12],
      ],
    },
  ])('$title', ({ axes, expected }) => {
    // Columns (3, 4) and (5, 12) have norms 5 and 13; rows have norms below the threshold of the second case.
    const strategy = perVariable({ maxNorm: axes[0] === 0 ? 2.5 : 20, axes });
    const [clipped] = clipVariable(strategy, [
      [
        [3, 5],
        [4, 12],
      ],
    ]) as number[][][];
    if (axes[0] === 0) {
      expect(clipped?.[0]?.[0]).toBeCloseTo(1.5, 6);
      expect(clipped?.[1]?.[1]).toBeCloseTo((12 * 2.5) / 13, 6);
    } else expect(clipped).toEqual(expected);
  });

  it('clips a variable as a whole when it has none of the axes', () => {
    expect(clipSteps(perVariable({ maxNorm: 2.5, axes: [2] }), [{ bias: [3, 4], gain: 5 }])[0]?.gradients).toEqual({
      bias: [1.5, 2],
      gain: 2.5,
    });
  });

  // keras.optimizers.SGD(clipnorm=1.0) with gradients (3, 4) and (0.3, 0.4); tf.clip_by_norm of each.
  it('matches clipnorm and clip_by_norm', () => {
    const [step] = clipSteps(perVariable({ maxNorm: 1 }), [{ a: [3, 4], b: [0.3, 0.4] }]);
    expect(step?.gradients).toEqual({ a: [0.6, 0.8].map(Math.fround), b: [0.3, 0.4].map(Math.fround) });
  });

  // tf.clip_by_norm's own documentation: [[1, 2, 3, 4, 5]] with clip_norm=2 is
  // [[0.26967996, 0.5393599, 0.80903983, 1.0787199, 1.3483998]]: 2/√55 times 1 to 5.
  it("matches the example in TensorFlow's documentation", () => {
    const [[row] = []] = clipVariable(perVariable({ maxNorm: 2 }), [[[1, 2, 3, 4, 5]]]) as number[][][];
    expect(row?.map((value) => value.toFixed(6))).toEqual(['0.269680', '0.539360', '0.809040', '1.078720', '1.348400']);
  });

  // Keras treats clipnorm=0, and a negative one, as "not set" and clips nothing.
  it('returns zeros at 0, where clipnorm=0 clips nothing', () => {
    expect(clipVariable(perVariable({ maxNorm: 0 }), [[3, 4]])).toEqual([[0, 0]]);
  });

  it('clips a variable whose squares overflow or underflow', () => {
    const [step] = clipSteps(perVariable({ maxNorm: 1 }), [{ large: [3e20, 4e20], small: [3e-25, 4e-25] }]);
    expect(step?.gradients).toEqual({ large: closeTo([0.6, 0.8]), small: [3e-25, 4e-25].map(Math.fround) });
    const [[tiny] = []] = clipVariable(perVariable({ maxNorm: 1e-25 }), [[3e-25, 4e-25]]) as number[][];
    expect((tiny ?? 0) * 1e25).toBeCloseTo(0.6, 6);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => perVariable({ maxNorm: -1 })).toThrow(
      new ClippingError('bad-option', '`per-variable({ maxNorm })` must be a number from 0 to Infinity; received -1.'),
    );
  });
});
