import { adaGc } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/ada-gc.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

// Sixty steps of a reference, each rounded.
const tolerance = 5e-6;

testLaws(adaGc, { oracle, tolerance, ...conditions['ada-gc'] });

describe('adaGc', () => {
  const paper = { ratio: 1.05, decay: 0.99 };
  itAgreesWith(adaGc, oracle, [{}, { ...paper, warmup: 20 }, { warmup: 0 }, { warmup: 5, warmupMaxNorm: Infinity }], {
    tolerance,
  });

  it.each([
    { about: 'warm-up: to the global norm', given: [[3, 4]], expected: [[0.6, 0.8]] },
    { about: 'the least of the warm-up is the reference: 0.5', given: [5, 0.5, 9, 9], expected: [1, 0.5, 1, 0.75] },
    { about: 'a zero is not the least', given: [0.5, 0, 5, 9], expected: [0.5, 0, 1, 0.75] },
    { about: 'then up to 1.5 times the reference passes', given: [1, 1, 1, 1.5, 0.1], expected: [1, 1, 1, 1.5, 0.1] },
    { about: 'which follows: ½·1 + ½·1.5 = 1.25', given: [1, 1, 1, 9, 9], expected: [1, 1, 1, 1.5, 1.875] },
  ])('$about', ({ given, expected }) => {
    const strategy = adaGc({ ratio: 1.5, decay: 0.5, warmup: 3, warmupMaxNorm: 1 });
    expect(clippedInTurn(strategy, given)).toEqual(nearly(expected));
  });

  // kozistr/pytorch_optimizer takes the sum of squares for the norm in the warm-up: 2³² for four entries of 2¹⁵.
  it('warms up under the norm, not under its square', () => {
    const four = [2 ** 15, 2 ** 15, 2 ** 15, 2 ** 15];
    expect(clippedInTurn(adaGc(), [four])).toEqual([nearly([0.5, 0.5, 0.5, 0.5])]);
  });

  it('warms up under one norm and then lets each variable have its own', () => {
    const strategy = adaGc({ ratio: 2, decay: 0.5, warmup: 1, warmupMaxNorm: 5 });
    const steps = inTurn(strategy, [
      { a: 30, b: 40 },
      { a: 30, b: 40 },
    ]);
    expect(steps.map(({ gradients }) => gradients)).toEqual([
      { a: nearly(3), b: nearly(4) },
      { a: nearly(6), b: nearly(8) },
    ]);
  });

  it('lets a variable that comes after the warm-up start from its own first norm', () => {
    const strategy = adaGc({ ratio: 2, decay: 0.5, warmup: 1 });
    const steps = inTurn(strategy, [{ a: 1 }, { a: 1, late: 50 }, { a: 1, late: 1000 }], { a: 0, late: 0 });
    expect(steps.map(({ gradients }) => gradients['late'])).toEqual([undefined, nearly(50), nearly(100)]);
  });

  it.each([
    [{ ratio: NaN }, '`ada-gc({ ratio })` must be a number from 0 to Infinity; received NaN.'],
    [{ decay: 1 }, '`ada-gc({ decay })` must be a number from 0 up to but not including 1; received 1.'],
    [{ warmup: 2.5 }, '`ada-gc({ warmup })` must be a whole number of at least 0; received 2.5.'],
    [{ warmupMaxNorm: -1 }, '`ada-gc({ warmupMaxNorm })` must be a number from 0 to Infinity; received -1.'],
  ])('refuses %s', (options, message) => {
    expect(() => adaGc(options)).toThrow(message);
  });
});
