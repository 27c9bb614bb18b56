import { emaRatio } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/ema-ratio.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

// The mean is rounded in each of sixty steps.
const tolerance = 5e-6;

testLaws(emaRatio, { oracle, tolerance, ...conditions['ema-ratio'] });

describe('emaRatio', () => {
  itMatchesOracle(emaRatio, oracle, [{ ratio: 1.05, decay: 0.9 }, { decay: 0 }, { ratio: 0.5 }], { tolerance });

  it.each([
    { title: 'leaves the first gradient unchanged and takes its norm as the mean', input: [4], expected: [4] },
    { title: 'leaves a norm of twice the mean unchanged', input: [4, 8], expected: [4, 8] },
    { title: 'clips a larger norm to twice the mean', input: [4, 100], expected: [4, 8] },
    { title: 'updates the mean with the clipped norm: 4 → ½·4 + ½·8 = 6', input: [4, 100, 100], expected: [4, 8, 12] },
    { title: 'lowers the mean after a zero: 4 → 2, so the threshold is 4', input: [4, 0, 100], expected: [4, 0, 4] },
    { title: 'keeps signs', input: [4, -100], expected: [4, -8] },
  ])('$title', ({ input, expected }) => {
    expect(clipVariable(emaRatio({ ratio: 2, decay: 0.5 }), input)).toEqual(closeTo(expected));
  });

  // OLMo starts the mean at the first norm even if it is 0, and then returns zeros forever.
  it('starts the mean at the first norm that is not zero', () => {
    expect(clipVariable(emaRatio({ ratio: 2, decay: 0.5 }), [0, 0, 4, 100])).toEqual(closeTo([0, 0, 4, 8]));
  });

  it('keeps one mean per variable and leaves it unchanged while the gradient is absent', () => {
    const steps = clipSteps(emaRatio({ ratio: 2, decay: 0.5 }), [{ a: 1, b: 10 }, { b: 100 }, { a: 100, b: 100 }], {
      a: 0,
      b: 0,
    });
    expect(steps[1]?.state).toEqual({ 'mean/a': 1, 'mean/b': closeTo(15) });
    expect(steps[2]?.gradients).toEqual({ a: closeTo(2), b: closeTo(30) });
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => emaRatio({ ratio: -1 })).toThrow(
      '`ema-ratio({ ratio })` must be a number from 0 to Infinity; received -1.',
    );
  });
});
