// The options of a wrapper, looked at before its first step.
import { ClippingError } from 'gradclip';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../src/optimizer/options.ts';
import '../../support/fixtures.ts';

describe('options of clipOptimizer', () => {
  it.each([
    {},
    ...['skip', 'zero', 'propagate', 'throw'].map((onNonFinite) => ({ onNonFinite })),
    { maxConsecutiveNonFinite: 1 },
    { maxConsecutiveNonFinite: Infinity },
    { warnings: true },
    { warnings: false },
    { window: 0 },
    { window: 1000, onStep: () => undefined },
    { window: undefined },
  ])('accept %j', (value) => {
    expect(parseOptions(value)).toEqual(value);
  });

  it.each([
    ['onNonFinite', 'ignore', "one of 'skip', 'zero', 'propagate', 'throw'; received \"ignore\""],
    ['maxConsecutiveNonFinite', 0, 'a whole number of at least 1, or Infinity; received 0'],
    ['maxConsecutiveNonFinite', 1.5, 'a whole number of at least 1, or Infinity; received 1.5'],
    ['warnings', 1, 'true or false; received 1'],
    ['window', -1, 'a whole number of at least 0; received -1'],
    ['window', Infinity, 'a whole number of at least 0; received Infinity'],
    ['onStep', {}, 'a function; received {}'],
    ['onStep', null, 'a function; received null'],
  ])('refuse a %s of %j', (name, value, rule) => {
    const message = `\`clipOptimizer({ ${name} })\` must be ${rule}.`;
    expect(() => parseOptions({ [name]: value })).toThrow(new ClippingError('bad-option', message));
  });
});
