import { none } from 'gradclip/strategies';
import { ClippingError } from 'gradclip';
import { describe, expect, it } from 'vitest';
import { testLaws } from '../support/laws/test-laws.ts';
import { oracle } from '../support/oracles/none.ts';
import { clipVariable } from '../support/clip-steps.ts';

testLaws(none, { oracle });

describe('none', () => {
  it.each([
    { title: 'leaves small gradients unchanged', input: [3, 4] },
    { title: 'leaves large gradients unchanged', input: [3e20, -4e30] },
    { title: 'leaves zeros unchanged', input: [0, 0] },
  ])('$title', ({ input }) => {
    expect(clipVariable(none(), [input])).toEqual([input.map(Math.fround)]);
  });

  it('rejects any option', () => {
    const options = { maxNorm: 1 } as object;
    expect(() => none(options)).toThrow(
      new ClippingError('unknown-option', '`none` takes no options; received `maxNorm`.'),
    );
  });
});
