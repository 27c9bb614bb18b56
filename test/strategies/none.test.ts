import { none } from 'gradclip/strategies';
import { ClippingError } from 'gradclip';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/none.ts';
import { clippedInTurn } from '../support/clip-steps.ts';

testLaws(none, { oracle });

describe('none', () => {
  it.each([
    { about: 'short gradients pass', given: [3, 4] },
    { about: 'so do long ones', given: [3e20, -4e30] },
    { about: 'and zeros', given: [0, 0] },
  ])('$about', ({ given }) => {
    expect(clippedInTurn(none(), [given])).toEqual([given.map(Math.fround)]);
  });

  it('refuses options', () => {
    const options = { maxNorm: 1 } as object;
    expect(() => none(options)).toThrow(
      new ClippingError('unknown-option', '`none` takes no options; received `maxNorm`.'),
    );
  });
});
