import { ClippingError } from 'gradclip';
import { perValue } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/per-value.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn } from '../support/clip-steps.ts';

testLaws(perValue, { oracle });

describe('perValue', () => {
  itAgreesWith(perValue, oracle, [{ min: -0.5, max: 2 }, { maxAbs: 1e-6 }, { min: 0, max: Infinity }, { maxAbs: 0 }]);

  it.each([
    { about: 'inside the bounds: untouched', options: { maxAbs: 3 }, given: [1, -2, 3], expected: [1, -2, 3] },
    { about: 'outside: each to its bound', options: { maxAbs: 2 }, given: [1, -2, 3], expected: [1, -2, 2] },
    { about: 'bounds need not be symmetric', options: { min: -1, max: 2 }, given: [-3, 3], expected: [-1, 2] },
    { about: 'only one sign may pass', options: { min: 0, max: 5 }, given: [-3, 3], expected: [0, 3] },
    { about: 'nothing passes 0', options: { maxAbs: 0 }, given: [-3, 3], expected: [0, 0] },
    { about: 'everything passes Infinity', options: { maxAbs: Infinity }, given: [-3e30, 3], expected: [-3e30, 3] },
    { about: 'the bound is 1 where none is given', options: {}, given: [-3, 0.5], expected: [-1, 0.5] },
  ])('$about', ({ options, given, expected }) => {
    const [clipped] = clippedInTurn(perValue(options), [given]) as number[][];
    // -0 and 0 are one number here.
    expect(clipped?.map((value) => value + 0)).toEqual(expected.map(Math.fround));
  });

  // torch.nn.utils.clip_grad_value_(w, clip_value=0.5), keras.optimizers.SGD(clipvalue=0.5) and
  // tf.clip_by_value(t, -0.5, 0.5) of (-2, 0.3, 0.7).
  it('gives what clip_grad_value_, clipvalue and clip_by_value give', () => {
    expect(clippedInTurn(perValue({ maxAbs: 0.5 }), [[-2, 0.3, 0.7]])).toEqual([[-0.5, Math.fround(0.3), 0.5]]);
  });

  // tf.clip_by_value's own documentation: [[-5, -1], [0, 5]] with -1 and 1 is [[-1, -1], [0, 1]].
  it("gives the example of TensorFlow's documentation", () => {
    const given = [
      [-5, -1],
      [0, 5],
    ];
    const expected = [
      [-1, -1],
      [0, 1],
    ];
    expect(clippedInTurn(perValue({ min: -1, max: 1 }), [given])).toEqual([expected]);
  });

  it.each([
    [{ maxAbs: -1 }, '`per-value({ maxAbs })` must be a number from 0 to Infinity, or null; received -1.'],
    [{ maxAbs: 1, min: -1 }, '`per-value` takes either `maxAbs` or `min` and `max`; received both.'],
    [{ min: -1 }, '`per-value` takes `min` and `max` together; `max` is missing.'],
    [{ max: 1 }, '`per-value` takes `min` and `max` together; `min` is missing.'],
    [{ min: 1, max: 2 }, '`per-value({ min })` must be a number from -Infinity to 0, or null; received 1.'],
    [{ min: -2, max: -1 }, '`per-value({ max })` must be a number from 0 to Infinity, or null; received -1.'],
  ])('refuses %o', (options, message) => {
    expect(() => perValue(options)).toThrow(new ClippingError('bad-option', message));
  });
});
