import { normGrowth } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/norm-growth.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

// Each step is compared with the one before, so sixty rounding errors add up.
const tolerance = 1e-5;

testLaws(normGrowth, { oracle, tolerance });

describe('normGrowth', () => {
  itMatchesOracle(normGrowth, oracle, [{ ratio: 1.5, floor: 0.1 }, { floor: 0 }, { ratio: 2, floor: 1e-6 }], {
    tolerance,
  });

  it.each([
    { title: 'leaves the first gradient unchanged', input: [4], expected: [4] },
    { title: 'leaves growth by the ratio unchanged', input: [4, 6], expected: [4, 6] },
    { title: 'limits faster growth to the ratio: 4 → 6 → 9', input: [4, 100, 100], expected: [4, 6, 9] },
    { title: 'leaves a smaller norm unchanged', input: [4, 1, 100], expected: [4, 1, 1.5] },
    { title: 'keeps the last norm after a zero gradient', input: [4, 0, 100], expected: [4, 0, 6] },
    { title: 'ignores zeros before the first norm', input: [0, 0, 4, 100], expected: [0, 0, 4, 6] },
    { title: 'keeps signs', input: [4, -100], expected: [4, -6] },
  ])('$title', ({ input, expected }) => {
    expect(clipVariable(normGrowth({ ratio: 1.5 }), input)).toEqual(closeTo(expected));
  });

  // NormGrowthCap ignores norms below its bound, but clips larger ones to a multiple of a norm that may be below it:
  // starting from 1e-12, a factor of 1.01 needs thousands of steps.
  it('never clips below floor · √n, so no variable stays near zero', () => {
    const strategy = normGrowth({ ratio: 1.01, floor: 0.5 });
    expect(
      clipVariable(strategy, [
        [1e-12, 0, 0, 0],
        [8, 0, 0, 0],
      ]),
    ).toEqual(
      closeTo([
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ]),
    );
    expect(
      clipVariable(strategy, [
        [1e-12, 0, 0, 0],
        [0.9, 0, 0, 0],
      ])[1],
    ).toEqual(closeTo([0.9, 0, 0, 0]));
  });

  it('keeps one norm per variable and leaves it unchanged while the gradient is absent', () => {
    const steps = clipSteps(normGrowth({ ratio: 2 }), [{ a: 1, b: 10 }, { b: 100 }, { a: 100, b: 100 }], {
      a: 0,
      b: 0,
    });
    expect(steps[1]?.state).toEqual({ 'norm/a': 1, 'norm/b': closeTo(20) });
    expect(steps[2]?.gradients).toEqual({ a: closeTo(2), b: closeTo(40) });
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => normGrowth({ ratio: -1 })).toThrow(
      '`norm-growth({ ratio })` must be a number from 0 to Infinity; received -1.',
    );
  });
});
