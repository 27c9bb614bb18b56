import { describe, expect, it } from 'vitest';
import { isPlainObject, toPlainData, toPlainOptions } from '../../../src/core/plain.ts';
import { ClippingError } from '../../../src/core/errors.ts';

const badOption = (message: string): ClippingError => new ClippingError('bad-option', message);
const nested = (levels: number): unknown => {
  let value: unknown = 'the innermost';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

describe('toPlainData', () => {
  it('copies objects and arrays deeply and passes everything else through', () => {
    const when = new Date(0);
    const act = (): number => 1;
    const given = { list: [1, { deep: 'text' }], when, act, nothing: null, left: undefined };
    const copy = toPlainData('made', given) as typeof given;
    expect(copy).toEqual(given);
    expect(copy).not.toBe(given);
    expect(copy.list).not.toBe(given.list);
    expect(copy.list[1]).not.toBe(given.list[1]);
    expect(copy.when).toBe(when);
    expect(copy.act).toBe(act);
  });

  it('copies an own `__proto__` as an ordinary name, without changing the prototype', () => {
    const copy = toPlainData('made', JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect('polluted' in copy).toBe(false);
  });

  it('puts undefined into the holes of an array', () => {
    expect(toPlainData('made', new Array(2))).toStrictEqual([undefined, undefined]);
  });

  it('accepts 100,000 values and 200 levels, and rejects more', () => {
    expect(toPlainData('made', Array(99_999).fill(1))).toHaveLength(99_999);
    expect(toPlainData('made', nested(200))).toEqual(nested(200));
    const error = badOption('`made` takes at most 100000 values and 200 levels; received more.');
    expect(() => toPlainData('made', Array(100_000).fill(1))).toThrow(error);
    expect(() => toPlainData('made', nested(201))).toThrow(error);
    const inObjects = (levels: number): string => '{"in":'.repeat(levels) + '1' + '}'.repeat(levels);
    expect(JSON.stringify(toPlainData('made', JSON.parse(inObjects(200))))).toBe(inObjects(200));
    expect(() => toPlainData('made', JSON.parse(inObjects(201)))).toThrow(error);
  });

  it('rejects data that contains itself, and accepts the same object twice', () => {
    const shared = { maxNorm: 1 };
    expect(toPlainData('made', { a: shared, b: [shared] })).toEqual({ a: shared, b: [shared] });
    const cyclic: { list: unknown[] } = { list: [] };
    cyclic.list.push(cyclic);
    expect(() => toPlainData('made', cyclic)).toThrow(
      badOption('`made` takes data without cycles; received an object that contains itself.'),
    );
  });
});

describe('toPlainOptions', () => {
  it.each([undefined, null, 7, 'text', [], new Map(), (): number => 1])('rejects %j', (given) => {
    expect(() => toPlainOptions('made', given)).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: expect.stringMatching(/^`made` takes its options as one object; received /) as string,
      }),
    );
  });

  it('copies an object', () => {
    const given = { maxNorm: 1 };
    expect(toPlainOptions('made', given)).toEqual(given);
    expect(toPlainOptions('made', given)).not.toBe(given);
  });
});

describe('isPlainObject', () => {
  class Point {
    readonly x = 1;
  }
  it.each([
    ['{}', {}, true],
    ['an object without a prototype', Object.create(null), true],
    ['an object of another window', Object.create(Object.create(null) as object), true],
    ['an object with another prototype', Object.create({}), false],
    ['an instance of a class', new Point(), false],
    ['an array', [], false],
    ['null', null, false],
    ['a function', () => 1, false],
    ['a string', 'text', false],
  ])('recognizes %s', (_, value, expected) => {
    expect(isPlainObject(value)).toBe(expected);
  });
});
