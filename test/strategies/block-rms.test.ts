import { tensor1d, tidy, zeros } from '@tensorflow/tfjs';
import { blockRms } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/block-rms.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

testLaws(blockRms, { oracle });

describe('blockRms', () => {
  it.each([
    {
      title: 'leaves a gradient under the threshold unchanged',
      maxRms: 3,
      input: [2, 2, 2, 2],
      expected: [2, 2, 2, 2],
    },
    { title: 'leaves a gradient at the threshold unchanged', maxRms: 2, input: [2, 2, 2, 2], expected: [2, 2, 2, 2] },
    { title: 'scales an RMS of 2 down to 1', maxRms: 1, input: [2, 2, 2, 2], expected: [1, 1, 1, 1] },
    { title: 'counts zeros in the RMS: 4/√4 = 2 → 1', maxRms: 1, input: [4, 0, 0, 0], expected: [2, 0, 0, 0] },
    { title: 'returns zeros when maxRms is 0', maxRms: 0, input: [3, 4], expected: [0, 0] },
    { title: 'clips nothing when maxRms is Infinity', maxRms: Infinity, input: [3, 4], expected: [3, 4] },
    { title: 'keeps a zero gradient at zero', maxRms: 1, input: [0, 0], expected: [0, 0] },
  ])('$title', ({ maxRms, input, expected }) => {
    expect(clipVariable(blockRms({ maxRms }), [input])).toEqual([closeTo(expected)]);
  });

  // kozistr/pytorch_optimizer clamps the RMS from above in Adafactor's foreach path, so it never clips and may amplify.
  it('scales large gradients down and never scales small ones up', () => {
    expect(
      clipVariable(blockRms({ maxRms: 1 }), [
        [0.1, 0.1],
        [10, 10],
      ]),
    ).toEqual([closeTo([0.1, 0.1]), closeTo([1, 1])]);
  });

  // TensorFlow's clip_by_average_norm divides the norm by n instead of √n.
  it('divides by √n, so one threshold suits variables of any size', () => {
    const ones = (size: number): number[] => new Array<number>(size).fill(2);
    const [step] = clipSteps(blockRms({ maxRms: 1 }), [{ small: ones(1), large: ones(100) }]);
    expect(step?.gradients).toEqual({ small: closeTo([1]), large: closeTo(new Array<number>(100).fill(1)) });
  });

  it('returns the same gradients when it clips nothing, even with an empty tensor', () => {
    tidy(() => {
      const gradients = { w: tensor1d([3, 4]), hollow: zeros([0, 4]) };
      const context = { step: 0, parameters: gradients };
      expect(blockRms({ maxRms: Infinity }).clip(gradients, {}, context).gradients).toBe(gradients);
    });
  });

  it('clips each variable separately', () => {
    const [step] = clipSteps(blockRms({ maxRms: 1 }), [{ calm: [0.5, 0.5], wild: [8, 8] }]);
    expect(step?.gradients).toEqual({ calm: [0.5, 0.5], wild: closeTo([1, 1]) });
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => blockRms({ maxRms: -1 })).toThrow(
      '`block-rms({ maxRms })` must be a number from 0 to Infinity; received -1.',
    );
  });
});
