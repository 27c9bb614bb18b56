import { adaGc } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/ada-gc.ts';
import { itMatchesOracle } from '../support/agreement.ts';
import { clipVariable, clipSteps, closeTo } from '../support/clip-steps.ts';

// The reference norm is rounded in each of sixty steps.
const tolerance = 5e-6;

testLaws(adaGc, { oracle, tolerance, ...conditions['ada-gc'] });

describe('adaGc', () => {
  const paper = { ratio: 1.05, decay: 0.99 };
  itMatchesOracle(
    adaGc,
    oracle,
    [{}, { ...paper, warmup: 20 }, { warmup: 0 }, { warmup: 5, warmupMaxNorm: Infinity }],
    {
      tolerance,
    },
  );

  it.each([
    { title: 'clips by the global norm during the warm-up', input: [[3, 4]], expected: [[0.6, 0.8]] },
    {
      title: 'takes the smallest norm of the warm-up as reference: 0.5',
      input: [5, 0.5, 9, 9],
      expected: [1, 0.5, 1, 0.75],
    },
    { title: 'ignores zero norms when it finds the smallest', input: [0.5, 0, 5, 9], expected: [0.5, 0, 1, 0.75] },
    {
      title: 'leaves up to 1.5 times the reference unchanged after the warm-up',
      input: [1, 1, 1, 1.5, 0.1],
      expected: [1, 1, 1, 1.5, 0.1],
    },
    { title: 'moves the reference to ½·1 + ½·1.5 = 1.25', input: [1, 1, 1, 9, 9], expected: [1, 1, 1, 1.5, 1.875] },
  ])('$title', ({ input, expected }) => {
    const strategy = adaGc({ ratio: 1.5, decay: 0.5, warmup: 3, warmupMaxNorm: 1 });
    expect(clipVariable(strategy, input)).toEqual(closeTo(expected));
  });

  // kozistr/pytorch_optimizer uses the sum of squares instead of the norm in the warm-up: 2³² for four entries of 2¹⁵.
  it('compares the norm, not its square, with warmupMaxNorm', () => {
    const four = [2 ** 15, 2 ** 15, 2 ** 15, 2 ** 15];
    expect(clipVariable(adaGc(), [four])).toEqual([closeTo([0.5, 0.5, 0.5, 0.5])]);
  });

  it('clips by the global norm first and then each variable by its own reference', () => {
    const strategy = adaGc({ ratio: 2, decay: 0.5, warmup: 1, warmupMaxNorm: 5 });
    const steps = clipSteps(strategy, [
      { a: 30, b: 40 },
      { a: 30, b: 40 },
    ]);
    expect(steps.map(({ gradients }) => gradients)).toEqual([
      { a: closeTo(3), b: closeTo(4) },
      { a: closeTo(6), b: closeTo(8) },
    ]);
  });

  it('starts a variable that appears after the warm-up at its first norm', () => {
    const strategy = adaGc({ ratio: 2, decay: 0.5, warmup: 1 });
    const steps = clipSteps(strategy, [{ a: 1 }, { a: 1, late: 50 }, { a: 1, late: 1000 }], { a: 0, late: 0 });
    expect(steps.map(({ gradients }) => gradients['late'])).toEqual([undefined, closeTo(50), closeTo(100)]);
  });

  it('rejects an invalid option and names the valid range', () => {
    expect(() => adaGc({ ratio: NaN })).toThrow(
      '`ada-gc({ ratio })` must be a number from 0 to Infinity; received NaN.',
    );
  });
});
