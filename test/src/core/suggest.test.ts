import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/core/suggest.ts';

describe('nearest', () => {
  it.each([
    { about: 'ignores case and punctuation', name: 'GlobalNorm', expected: 'global-norm' },
    { about: 'accepts one extra letter', name: 'globbal-norm', expected: 'global-norm' },
    { about: 'accepts one missing letter', name: 'gloal-norm', expected: 'global-norm' },
    { about: 'accepts two swapped letters', name: 'golbal-norm', expected: 'global-norm' },
    { about: 'accepts one wrong letter in "ag"', name: 'ag', expected: 'agc' },
    { about: 'accepts a third of wrong letters', name: 'xxxbal-norm', expected: 'global-norm' },
    { about: 'rejects over a third of wrong letters', name: 'xxxxal-norm', expected: undefined },
    { about: 'rejects the end of a name', name: 'norm', expected: undefined },
    { about: 'rejects the beginning of a name', name: 'global', expected: undefined },
    { about: 'rejects the empty name', name: '', expected: undefined },
  ])('$about', ({ name, expected }) => {
    expect(nearest(name, ['global-norm', 'agc'])).toBe(expected);
  });

  it('returns the nearest candidate, or the first of equally near ones', () => {
    expect(nearest('maxnor', ['maxnorms', 'maxnorm'])).toBe('maxnorm');
    expect(nearest('max', ['mix', 'mux'])).toBe('mix');
  });

  it('compares only the first 64 letters', () => {
    const candidate = 'a'.repeat(64);
    expect(nearest(candidate + 'z'.repeat(100), [candidate])).toBe(candidate);
  });
});
