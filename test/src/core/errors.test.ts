import { describe, expect, it } from 'vitest';
import { ClippingError, inBackticks, messageOf, formatValue } from '../../../src/core/errors.ts';

describe('ClippingError', () => {
  it('has a name, a code, a message and a cause', () => {
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

describe('formatValue', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each([
    { about: 'a string in quotes', value: 'lstm', expected: '"lstm"' },
    { about: 'a function by its type', value: () => 1, expected: 'a function' },
    { about: 'an object as JSON', value: { maxNorm: 1 }, expected: '{"maxNorm":1}' },
    { about: 'a circular object by its type', value: circular, expected: 'an object' },
    { about: 'an object that JSON omits by its type', value: { toJSON: () => undefined }, expected: 'an object' },
    { about: 'a very large object by its type', value: { all: Array(999).fill(1) }, expected: 'an object' },
    { about: 'a bigint, which JSON does not support', value: 10n ** 90n, expected: `1${'0'.repeat(76)}...` },
    { about: 'null', value: null, expected: 'null' },
    { about: 'undefined', value: undefined, expected: 'undefined' },
    { about: 'a number that JSON does not support', value: NaN, expected: 'NaN' },
    { about: 'a symbol by its description', value: Symbol('s'), expected: 'Symbol(s)' },
  ])('formats $about', ({ value, expected }) => {
    expect(formatValue(value)).toBe(expected);
  });

  it('truncates values longer than 80 characters', () => {
    expect(formatValue('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
    expect(formatValue('x'.repeat(81))).toBe(`"${'x'.repeat(77)}..."`);
    expect(formatValue({ all: Array(998).fill(1) })).toBe(`{"all":[${'1,'.repeat(34)}1...`);
    expect(formatValue(Array(2 ** 32 - 1))).toBe(`[${'null,'.repeat(15)}n...`);
    expect(formatValue(['x'.repeat(100)])).toBe(`["${'x'.repeat(75)}...`);
  });
});

it('inBackticks puts a name in backticks and truncates long names', () => {
  expect(inBackticks('lstm/kernel')).toBe('`lstm/kernel`');
  expect(inBackticks('x'.repeat(500))).toHaveLength(82);
});

it('messageOf returns the message of an error, or formats any other thrown value', () => {
  expect(messageOf(new RangeError('it is too long'))).toBe('it is too long');
  expect(messageOf('enough')).toBe('"enough"');
  expect(messageOf(undefined)).toBe('undefined');
});
