import { tensor1d, tidy, zeros } from '@tensorflow/tfjs';
import { blockRms } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/block-rms.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

testLaws(blockRms, { oracle });

describe('blockRms', () => {
  it.each([
    { about: 'under the limit: untouched', maxRms: 3, given: [2, 2, 2, 2], expected: [2, 2, 2, 2] },
    { about: 'at the limit: untouched', maxRms: 2, given: [2, 2, 2, 2], expected: [2, 2, 2, 2] },
    { about: 'over the limit: RMS 2 → 1', maxRms: 1, given: [2, 2, 2, 2], expected: [1, 1, 1, 1] },
    { about: 'one of four: RMS 4/√4 = 2 → 1', maxRms: 1, given: [4, 0, 0, 0], expected: [2, 0, 0, 0] },
    { about: 'd = 0: nothing', maxRms: 0, given: [3, 4], expected: [0, 0] },
    { about: 'd = ∞: all of it', maxRms: Infinity, given: [3, 4], expected: [3, 4] },
    { about: 'nothing: nothing', maxRms: 1, given: [0, 0], expected: [0, 0] },
  ])('$about', ({ maxRms, given, expected }) => {
    expect(clippedInTurn(blockRms({ maxRms }), [given])).toEqual([nearly(expected)]);
  });

  // kozistr/pytorch_optimizer clamps the RMS from above in Adafactor's foreach path: never clips, and may amplify.
  it('shortens long gradients and never lengthens short ones', () => {
    expect(
      clippedInTurn(blockRms({ maxRms: 1 }), [
        [0.1, 0.1],
        [10, 10],
      ]),
    ).toEqual([nearly([0.1, 0.1]), nearly([1, 1])]);
  });

  // TensorFlow's clip_by_average_norm divides the norm by n instead of √n.
  it('means the root of the mean of squares, so that one limit suits any size', () => {
    const ones = (size: number): number[] => new Array<number>(size).fill(2);
    const [step] = inTurn(blockRms({ maxRms: 1 }), [{ small: ones(1), large: ones(100) }]);
    expect(step?.gradients).toEqual({ small: nearly([1]), large: nearly(new Array<number>(100).fill(1)) });
  });

  it('hands on the very same gradients where none is too long, one without elements among them', () => {
    tidy(() => {
      const gradients = { w: tensor1d([3, 4]), hollow: zeros([0, 4]) };
      const context = { step: 0, parameters: gradients };
      expect(blockRms({ maxRms: Infinity }).clip(gradients, {}, context).gradients).toBe(gradients);
    });
  });

  it('leaves other variables alone', () => {
    const [step] = inTurn(blockRms({ maxRms: 1 }), [{ calm: [0.5, 0.5], wild: [8, 8] }]);
    expect(step?.gradients).toEqual({ calm: [0.5, 0.5], wild: nearly([1, 1]) });
  });

  it.each([
    [-1, '`block-rms({ maxRms })` must be a number from 0 to Infinity; received -1.'],
    [NaN, '`block-rms({ maxRms })` must be a number from 0 to Infinity; received NaN.'],
  ])('refuses maxRms %s', (maxRms, message) => {
    expect(() => blockRms({ maxRms })).toThrow(message);
  });
});
