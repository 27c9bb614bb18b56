import { emaRatio } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { conditions } from '../support/laws/conditions.ts';
import { oracle } from '../support/oracles/ema-ratio.ts';
import { itAgreesWith } from '../support/agreement.ts';
import { clippedInTurn, inTurn, nearly } from '../support/clip-steps.ts';

// Sixty steps of a mean, each rounded.
const tolerance = 5e-6;

testLaws(emaRatio, { oracle, tolerance, ...conditions['ema-ratio'] });

describe('emaRatio', () => {
  itAgreesWith(emaRatio, oracle, [{ ratio: 1.05, decay: 0.9 }, { decay: 0 }, { ratio: 0.5 }], { tolerance });

  it.each([
    { about: 'the first passes and is the mean', given: [4], expected: [4] },
    { about: 'twice the mean passes', given: [4, 8], expected: [4, 8] },
    { about: 'more is cut to twice the mean', given: [4, 100], expected: [4, 8] },
    { about: 'what passed moves the mean: 4 → ½·4 + ½·8 = 6', given: [4, 100, 100], expected: [4, 8, 12] },
    { about: 'and so down: 4 → 2, which lets 4 pass', given: [4, 0, 100], expected: [4, 0, 4] },
    { about: 'signs stay', given: [4, -100], expected: [4, -8] },
  ])('$about', ({ given, expected }) => {
    expect(clippedInTurn(emaRatio({ ratio: 2, decay: 0.5 }), given)).toEqual(nearly(expected));
  });

  // OLMo seeds the mean with the first norm even if it is 0, and then lets nothing pass for ever.
  it('is seeded with the first gradient that is not zero', () => {
    expect(clippedInTurn(emaRatio({ ratio: 2, decay: 0.5 }), [0, 0, 4, 100])).toEqual(nearly([0, 0, 4, 8]));
  });

  it('keeps a mean for each variable, which waits while its gradient is absent', () => {
    const steps = inTurn(emaRatio({ ratio: 2, decay: 0.5 }), [{ a: 1, b: 10 }, { b: 100 }, { a: 100, b: 100 }], {
      a: 0,
      b: 0,
    });
    expect(steps[1]?.state).toEqual({ 'mean/a': 1, 'mean/b': nearly(15) });
    expect(steps[2]?.gradients).toEqual({ a: nearly(2), b: nearly(30) });
  });

  it.each([
    [{ ratio: -1 }, '`ema-ratio({ ratio })` must be a number from 0 to Infinity; received -1.'],
    [{ decay: 1 }, '`ema-ratio({ decay })` must be a number from 0 up to but not including 1; received 1.'],
  ])('refuses %s', (options, message) => {
    expect(() => emaRatio(options)).toThrow(message);
  });
});
