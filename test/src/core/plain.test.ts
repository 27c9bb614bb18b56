import { describe, expect, it } from 'vitest';
import { isPlainObject, toPlainData, toPlainOptions, rejectUnreadable } from '../../../src/core/plain.ts';
import { ClippingError } from '../../../src/core/errors.ts';

const refused = (message: string): ClippingError => new ClippingError('bad-option', message);
const nested = (levels: number): unknown => {
  let value: unknown = 'the innermost';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

describe('what a caller hands in', () => {
  it('is copied through all its objects and lists, and whatever else there is stays itself', () => {
    const when = new Date(0);
    const act = (): number => 1;
    const given = { list: [1, { deep: 'text' }], when, act, nothing: null, left: undefined };
    const copy = toPlainData('made', given) as typeof given;
    expect(copy).toEqual(given);
    expect(copy).not.toBe(given);
    expect(copy.list).not.toBe(given.list);
    expect(copy.list[1]).not.toBe(given.list[1]);
    expect([copy.when, copy.act]).toEqual([when, act]);
    expect(copy.when).toBe(when);
  });

  it('keeps an own `__proto__` as a name like any other, and makes no prototype of it', () => {
    const copy = toPlainData('made', JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect('polluted' in copy).toBe(false);
  });

  it('has undefined where a list has holes', () => {
    expect(toPlainData('made', new Array(2))).toStrictEqual([undefined, undefined]);
  });

  it('may have 100000 values, itself included, and 200 levels', () => {
    expect(toPlainData('made', Array(99_999).fill(1))).toHaveLength(99_999);
    expect(toPlainData('made', nested(200))).toEqual(nested(200));
    const message =
      '`made` was given something that cannot be read: it holds more than 100000 values or 200 levels, or itself.';
    expect(() => toPlainData('made', Array(100_000).fill(1))).toThrow(refused(message));
    expect(() => toPlainData('made', nested(201))).toThrow(refused(message));
    const inObjects = (levels: number): string => '{"in":'.repeat(levels) + '1' + '}'.repeat(levels);
    expect(JSON.stringify(toPlainData('made', JSON.parse(inObjects(200))))).toBe(inObjects(200));
    expect(() => toPlainData('made', JSON.parse(inObjects(201)))).toThrow(refused(message));
  });

  it('that throws is refused by its call, with what it threw as the cause', () => {
    const cause = new RangeError('not for your eyes');
    const read = (): never => {
      throw cause;
    };
    const refusal = refused('`made` was given something that cannot be read: not for your eyes');
    expect(() => rejectUnreadable('made', read)).toThrow(refusal);
    expect(() => rejectUnreadable('made', read)).toThrow(expect.objectContaining({ cause }));
    expect(() => toPlainData('made', Object.defineProperty({}, 'x', { enumerable: true, get: read }))).toThrow(refusal);
  });

  it('that was refused already stays refused for that reason', () => {
    const refusal = new ClippingError('bad-spec', 'no');
    expect(() =>
      rejectUnreadable('made', () => {
        throw refusal;
      }),
    ).toThrow(refusal);
  });

  it.each([undefined, null, 7, 'text', [], new Map(), (): number => 1])('is no options where it is %j', (given) => {
    expect(() => toPlainOptions('made', given)).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: expect.stringMatching(/^`made` takes its options as one object; received /) as string,
      }),
    );
  });

  it('is options where it is an object, copied', () => {
    const given = { maxNorm: 1 };
    expect(toPlainOptions('made', given)).toEqual(given);
    expect(toPlainOptions('made', given)).not.toBe(given);
  });
});

describe('a plain object', () => {
  class Point {
    readonly x = 1;
  }
  it.each([
    ['{}', {}, true],
    ['one without a prototype', Object.create(null), true],
    ['one of another window', Object.create(Object.create(null) as object), true],
    ['one with a prototype of its own', Object.create({}), false],
    ['an instance of a class', new Point(), false],
    ['a list', [], false],
    ['null', null, false],
    ['a function', () => 1, false],
    ['a text', 'text', false],
  ])('is or is not: %s', (_, given, expected) => {
    expect(isPlainObject(given)).toBe(expected);
  });
});
