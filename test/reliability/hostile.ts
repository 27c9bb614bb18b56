// Values that nobody should hand in, and that somebody will: from other people's JSON, and from JavaScript itself.
import fc from 'fast-check';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then', 'length', ''];

const NUMBERS = [
  ...[0, -0, 1, -1, 0.5, 2, 90, 100, 101, 1e6, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, 5e-324, -5e-324],
  ...[NaN, Infinity, -Infinity, Number.MAX_VALUE, 1.5, 3e38, 4e38],
];

const TEXTS = [
  ...NAMES,
  ...['Infinity', '-Infinity', 'NaN', 'inf', '1', 'lstm*', 'global-norm', 'Global Norm', 'chain', 'skip', 'linear'],
  ...['\u0000', '\ud800', '\u202e', '[', '(', '(a+)+$', '\\', 'ü'.repeat(3)],
  ...['x'.repeat(500_000), '*'.repeat(40) + 'x', '*a'.repeat(30), '**/'.repeat(30), '?'.repeat(10_000)],
];

const DEEP = 20_000;
const LONG = 200_000;

const MAKERS: readonly (() => unknown)[] = [
  // Objects that are more, or less, than they seem.
  () => Object.create(null) as unknown,
  () => Object.create({ maxNorm: 1, id: 'none', kind: 'linear' }) as unknown,
  (): unknown =>
    JSON.parse('{"__proto__":{"polluted":true,"maxNorm":1},"constructor":{"prototype":{"polluted":true}}}'),
  () => new Date(NaN),
  () => new Map([['maxNorm', 1]]),
  () => new Set(['maxNorm']),
  () => /(a+)+$/,
  () => Promise.resolve({ maxNorm: 1 }),
  () => new Float32Array([NaN, 1]),
  () => new BigInt64Array(2),
  () => new DataView(new ArrayBuffer(8)),
  () => new WeakMap(),
  () => new Error('given'),
  () => Object(1) as unknown,
  () => Object('text') as unknown,
  () => Object(1n) as unknown,
  () => Object(Symbol('boxed')) as unknown,
  () => 10n ** 40n,
  () => Symbol('alone'),
  () => Symbol.iterator,
  () => () => 1,
  () => () => NaN,
  () => () => 'text',
  () => class Strategy extends Map {},
  () =>
    function* values() {
      yield 1;
    },
  // Objects that act when they are looked at.
  () => ({
    get maxNorm(): number {
      throw new RangeError('not for your eyes');
    },
  }),
  () => Object.defineProperty({}, 'id', { enumerable: true, get: thrown }),
  () => Object.defineProperty({}, 'kind', { enumerable: true, get: thrown }),
  () => Object.defineProperty({}, 'match', { enumerable: true, get: thrown }),
  () => Object.defineProperty({}, 'clip', { enumerable: true, get: thrown }),
  () => changing('maxNorm', 1, NaN, -1, 'text'),
  () => changing('id', 'none', 'chain', 7),
  () => ({ toJSON: thrown, toString: thrown, valueOf: thrown, [Symbol.toPrimitive]: thrown }),
  () => ({ toJSON: () => '}', toString: () => 'none', valueOf: () => 1 }),
  () => ({ [Symbol.iterator]: thrown, length: 3 }),
  () => ({ length: 2 ** 32, 0: 1 }),
  () => new Proxy({}, everyTrap()),
  () => new Proxy([], everyTrap()),
  () => new Proxy(() => 1, everyTrap()),
  () => revoked({}),
  () => revoked([]),
  () => new Proxy({ maxNorm: 1 }, { ownKeys: () => ['maxNorm', '__proto__', 'constructor'] }),
  () => endless(),
  // More than anybody would write.
  (): unknown => new Array(2 ** 32 - 1),
  () => Object.assign(new Array(1e9), { 0: 'lstm', 5: 1 }),
  () => Array.from({ length: LONG }, () => 1),
  () => Array.from({ length: LONG }, (_, place) => [place, 1]),
  () => Array.from({ length: LONG }, () => 'lstm*'),
  () => Array.from({ length: LONG }, () => ({ id: 'none' })),
  () => Object.fromEntries(Array.from({ length: LONG }, (_, place) => [`layer-${place}`, 1])),
  () => nested((inner) => [inner]),
  () => nested((inner) => ({ id: 'chain', options: { strategies: [inner] } })),
  () => nested((inner) => ({ id: 'scheduled', options: { strategy: inner } })),
  () => nested((inner) => ({ maxNorm: inner })),
  () => bomb(),
  () => circularList(),
  () => circle((self) => ({ id: 'chain', options: { strategies: [self, self] } })),
  () => circle((self) => ({ maxNorm: self, layers: self })),
];

function thrown(): never {
  throw new RangeError('not for your eyes');
}

/** A property that answers otherwise each time it is asked. */
function changing(name: string, ...answers: readonly unknown[]): unknown {
  let asked = 0;
  const get = (): unknown => answers[asked++ % answers.length];
  return Object.defineProperty({}, name, { enumerable: true, get });
}

function everyTrap(): ProxyHandler<object> {
  return new Proxy({}, { get: () => thrown }) as ProxyHandler<object>;
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Whatever is asked for, there is one more of it inside. */
function endless(): unknown {
  const proxy: object = new Proxy({}, { get: () => proxy, has: () => true });
  return proxy;
}

function nested(around: (inner: unknown) => unknown): unknown {
  let value: unknown = { id: 'none' };
  for (let depth = 0; depth < DEEP; depth += 1) value = around(value);
  return value;
}

/** Thirty lines that stand for a thousand million strategies. */
function bomb(): unknown {
  let spec: unknown = { id: 'none' };
  for (let depth = 0; depth < 30; depth += 1) spec = { id: 'chain', options: { strategies: [spec, spec] } };
  return spec;
}

/** An object that holds itself where `around` puts it. */
function circle(around: (self: unknown) => object): unknown {
  const self = {};
  return Object.assign(self, around(self));
}

function circularList(): unknown {
  const list: unknown[] = [];
  list.push(list, list);
  return list;
}

/** A name that no option has. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom('maxNrm', 'Max-Norm', 'id', 'options', 'strategies'),
  fc.string({ maxLength: 8 }),
);

/** A value that is made when it is handed in: fast-check looks into what it generates, and some of these mind. */
class Recipe {
  readonly make: () => unknown;

  constructor(make: () => unknown) {
    this.make = make;
  }
}

/** The value, with what its recipes make in their places. */
export function made(value: unknown): unknown {
  if (value instanceof Recipe) return value.make();
  if (Array.isArray(value)) return value.map(made);
  if (typeof value !== 'object' || value === null) return value;
  const copy: object = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  // Defined, not assigned: a name like `__proto__` stays the object's own, as in parsed JSON.
  for (const [name, one] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: made(one), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** Anything at all. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...TEXTS),
  fc.constantFrom(undefined, null, true, false),
  { weight: 3, arbitrary: fc.constantFrom(...MAKERS).map((make) => new Recipe(make)) },
  {
    weight: 2,
    arbitrary: fc
      .anything({
        key: fc.oneof(fc.constantFrom(...NAMES), fc.string()),
        maxDepth: 3,
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withObjectString: true,
        withSet: true,
        withSparseArray: true,
        withTypedArray: true,
      })
      .map((value) => new Recipe(() => value)),
  },
);
