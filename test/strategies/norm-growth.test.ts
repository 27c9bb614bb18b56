import { normGrowth } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/norm-growth.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

// Each step is measured against the one before, so sixty roundings add up.
const tolerance = 1e-5;

testLaws(normGrowth, { oracle, tolerance });

describe('normGrowth', () => {
  itAgreesWith(normGrowth, oracle, [{ ratio: 1.5, floor: 0.1 }, { floor: 0 }, { ratio: 2, floor: 1e-6 }], {
    tolerance,
  });

  it.each([
    { about: 'the first passes', given: [4], expected: [4] },
    { about: 'growth by τ passes', given: [4, 6], expected: [4, 6] },
    { about: 'more is cut to it: 4 → 6 → 9', given: [4, 100, 100], expected: [4, 6, 9] },
    { about: 'falling is free', given: [4, 1, 100], expected: [4, 1, 1.5] },
    { about: 'a zero leaves the memory as it is', given: [4, 0, 100], expected: [4, 0, 6] },
    { about: 'as do zeros before the first', given: [0, 0, 4, 100], expected: [0, 0, 4, 6] },
    { about: 'signs stay', given: [4, -100], expected: [4, -6] },
  ])('$about', ({ given, expected }) => {
    expect(clippedInTurn(normGrowth({ ratio: 1.5 }), given)).toEqual(nearly(expected));
  });

  // NormGrowthCap lets norms below its bound pass, but cuts those above it to a multiple of a norm that may lie below:
  // from 1e-12 on a factor of 1.01 takes thousands of steps.
  it('holds no variable near zero: up to floor · √n always passes', () => {
    const strategy = normGrowth({ ratio: 1.01, floor: 0.5 });
    expect(
      clippedInTurn(strategy, [
        [1e-12, 0, 0, 0],
        [8, 0, 0, 0],
      ]),
    ).toEqual(
      nearly([
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ]),
    );
    expect(
      clippedInTurn(strategy, [
        [1e-12, 0, 0, 0],
        [0.9, 0, 0, 0],
      ])[1],
    ).toEqual(nearly([0.9, 0, 0, 0]));
  });

  it('keeps a norm for each variable, which waits while its gradient is absent', () => {
    const steps = inTurn(normGrowth({ ratio: 2 }), [{ a: 1, b: 10 }, { b: 100 }, { a: 100, b: 100 }], { a: 0, b: 0 });
    expect(steps[1]?.state).toEqual({ 'norm/a': 1, 'norm/b': nearly(20) });
    expect(steps[2]?.gradients).toEqual({ a: nearly(2), b: nearly(40) });
  });

  it.each([
    [{ ratio: -1 }, '`norm-growth({ ratio })` must be a number from 0 to Infinity; received -1.'],
    [{ floor: NaN }, '`norm-growth({ floor })` must be a number from 0 to Infinity; received NaN.'],
  ])('refuses %s', (options, message) => {
    expect(() => normGrowth(options)).toThrow(message);
  });
});
