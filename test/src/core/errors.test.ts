import { describe, expect, it } from 'vitest';
import { ClippingError, inBackticks, messageOf, formatValue } from '../../../src/core/errors.ts';

describe('an error', () => {
  it('has a name, a code, a message and what caused it', () => {
    const cause = new RangeError('no such luck');
    const error = new ClippingError('bad-option', 'made in a test', { cause });
    expect(error).toBeInstanceOf(Error);
    const { name, code, message } = error;
    expect({ name, code, message, cause: error.cause }).toEqual({
      name: 'ClippingError',
      code: 'bad-option',
      message: 'made in a test',
      cause,
    });
  });
});

describe('a value in a message', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each([
    { about: 'a string, in quotes', value: 'lstm', expected: '"lstm"' },
    { about: 'a function, by what it is', value: () => 1, expected: 'a function' },
    { about: 'an object, as JSON', value: { maxNorm: 1 }, expected: '{"maxNorm":1}' },
    { about: 'an object that JSON cannot hold', value: circular, expected: 'an object' },
    { about: 'an object that JSON leaves out', value: { toJSON: () => undefined }, expected: 'an object' },
    { about: 'an object of more than anybody would read', value: { all: Array(999).fill(1) }, expected: 'an object' },
    { about: 'a bigint, which JSON has not', value: 10n ** 90n, expected: `1${'0'.repeat(76)}...` },
    { about: 'null', value: null, expected: 'null' },
    { about: 'undefined', value: undefined, expected: 'undefined' },
    { about: 'a number that JSON has not', value: NaN, expected: 'NaN' },
    { about: 'a symbol, which has no other rendering', value: Symbol('s'), expected: 'Symbol(s)' },
  ])('is $about', ({ value, expected }) => {
    expect(formatValue(value)).toBe(expected);
  });

  it('is whole up to eighty characters, and else its beginning', () => {
    expect(formatValue('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
    expect(formatValue('x'.repeat(81))).toBe(`"${'x'.repeat(77)}..."`);
    expect(formatValue({ all: Array(998).fill(1) })).toBe(`{"all":[${'1,'.repeat(34)}1...`);
    expect(formatValue(Array(2 ** 32 - 1))).toBe(`[${'null,'.repeat(15)}n...`);
    expect(formatValue(['x'.repeat(100)])).toBe(`["${'x'.repeat(75)}...`);
  });
});

it('a name in a message is code, and no longer than any value', () => {
  expect(inBackticks('lstm/kernel')).toBe('`lstm/kernel`');
  expect(inBackticks('x'.repeat(500))).toHaveLength(82);
});

it('the reason in a message is what the error says, or what was thrown in its place', () => {
  expect(messageOf(new RangeError('it is too long'))).toBe('it is too long');
  expect(messageOf('enough')).toBe('"enough"');
  expect(messageOf(undefined)).toBe('undefined');
});
