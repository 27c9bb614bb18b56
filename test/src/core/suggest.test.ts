import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/core/suggest.ts';

describe('the name that was meant', () => {
  it.each([
    { about: 'case and punctuation do not count', name: 'GlobalNorm', expected: 'global-norm' },
    { about: 'a letter too many', name: 'globbal-norm', expected: 'global-norm' },
    { about: 'a letter too few', name: 'gloal-norm', expected: 'global-norm' },
    { about: 'two letters in the wrong order', name: 'golbal-norm', expected: 'global-norm' },
    { about: 'one letter may differ in the shortest name', name: 'ag', expected: 'agc' },
    { about: 'a third of the letters may differ', name: 'xxxbal-norm', expected: 'global-norm' },
    { about: 'more may not', name: 'xxxxal-norm', expected: undefined },
    { about: 'what only ends a name is not near to it', name: 'norm', expected: undefined },
    { about: 'what only begins it neither', name: 'global', expected: undefined },
    { about: 'nothing is near to nothing but a single letter', name: '', expected: undefined },
  ])('$about', ({ name, expected }) => {
    expect(nearest(name, ['global-norm', 'agc'])).toBe(expected);
  });

  it('is the nearest, and the first of several that are as near', () => {
    expect(nearest('maxnor', ['maxnorms', 'maxnorm'])).toBe('maxnorm');
    expect(nearest('max', ['mix', 'mux'])).toBe('mix');
  });

  it('is told by the first 64 letters, whatever the rest', () => {
    const candidate = 'a'.repeat(64);
    expect(nearest(candidate + 'z'.repeat(100), [candidate])).toBe(candidate);
  });
});
