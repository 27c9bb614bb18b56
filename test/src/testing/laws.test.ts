// Each law is tested with a strategy that breaks it, and must say how.
import { add, engine, keep, mul, scalar, sign, square, tensor1d, zerosLike, type Tensor } from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { AnyStrategyFactory, NamedTensors } from 'gradclip';
import { count, defineStrategy, mapTensors, positive, scaleAll, type Fields } from 'gradclip/define';
import { globalNorm } from 'gradclip/strategies';
import { DEVICE, describeStrategy, lawsOf, type LawName, type LawResult } from 'gradclip/testing';
import { describe, expect, it, vi } from 'vitest';

const facts = {
  id: 'offender',
  title: 'Offender',
  laws: { direction: 'global', idempotent: true },
  fields: {},
} as const;

const offender = (clip: (gradients: NamedTensors) => NamedTensors): AnyStrategyFactory =>
  defineStrategy({ ...facts, clip: (_options, gradients) => clip(gradients) });
const remembering = (
  clip: (gradients: NamedTensors, state: NamedTensors) => { gradients: NamedTensors; state: NamedTensors },
): AnyStrategyFactory =>
  defineStrategy({
    ...facts,
    init: (): NamedTensors => ({ seen: scalar(1) }),
    clip: (_options, gradients, state) => clip(gradients, state),
  });
const misdeclared = (fields: Fields): AnyStrategyFactory =>
  defineStrategy({ ...facts, fields, clip: (_options, gradients) => gradients });
const first = (tensors: NamedTensors): Tensor | undefined => Object.values(tensors)[0];

let calls = 0;
const shortenedBy = (gradients: NamedTensors, factor: Tensor | number): NamedTensors =>
  mapTensors(gradients, (one) => mul(one, factor));

/** For each law: a strategy that breaks it, and part of the message. */
const offenders: Record<LawName, { by: string; factory: AnyStrategyFactory; says: RegExp }> = {
  form: {
    by: 'drops the last gradient',
    factory: offender((gradients) => Object.fromEntries(Object.entries(gradients).slice(0, -1))),
    says: /it received .*temperature \[\] float32 and returned/,
  },
  length: { by: 'doubles', factory: offender((g) => shortenedBy(g, 2)), says: /the norm of .* grew from/ },
  direction: { by: 'takes signs', factory: offender((g) => mapTensors(g, sign)), says: /changed its direction/ },
  zero: {
    by: 'adds one',
    factory: offender((g) => mapTensors(g, (one) => add(one, 1))),
    says: /a gradient of 0 became 1/,
  },
  empty: {
    by: 'needs a first gradient',
    // `defineStrategy` does not call `clip` in an empty step, so this strategy is made by hand.
    factory: Object.assign(
      () => ({
        ...globalNorm(),
        clip: (gradients: NamedTensors, state: NamedTensors) => ({
          gradients: scaleAll(gradients, mul(0, (first(gradients) as Tensor).size)),
          state,
        }),
      }),
      facts,
    ) as unknown as AnyStrategyFactory,
    says: /undefined/,
  },
  small: { by: 'halves', factory: offender((g) => shortenedBy(g, 0.5)), says: /scale 1e-9: .* instead of/ },
  twice: { by: 'halves', factory: offender((g) => shortenedBy(g, 0.5)), says: /clipped again/ },
  scale: {
    by: 'squares',
    factory: offender((g) => mapTensors(g, square)),
    says: /at scale 1e-25 every element became 0/,
  },
  nan: { by: 'returns zeros', factory: offender((g) => mapTensors(g, zerosLike)), says: /became 0/ },
  absent: {
    by: 'stores the latest gradients',
    factory: remembering((gradients) => ({ gradients, state: gradients })),
    says: /its state was seen \[\] float32 and became/,
  },
  late: {
    by: 'stores the latest gradients',
    factory: remembering((gradients) => ({ gradients, state: gradients })),
    says: /its state was/,
  },
  purity: {
    by: 'disposes its state',
    factory: remembering((gradients, state) => {
      state['seen']?.dispose();
      return { gradients, state: { seen: scalar(2) } };
    }),
    says: /disposed `seen` of the state/,
  },
  leaks: {
    by: 'keeps a tensor in each step',
    factory: offender((g) => {
      keep(scalar(1));
      return g;
    }),
    // Some of the steps are empty, and `clip` is not called in them.
    says: /39 steps left \d+ tensors/,
  },
  reads: {
    by: 'decides on the host',
    factory: offender((g) => ((first(g)?.dataSync()[0] ?? 0) > 1e30 ? {} : g)),
    says: /it read \d tensors in 6 steps/,
  },
  repeat: {
    by: 'keeps a counter of its own',
    factory: offender((g) => shortenedBy(g, 1 / (calls += 1))),
    says: /the second time/,
  },
  resume: {
    by: 'stores Infinity, which JSON cannot hold',
    factory: remembering((gradients, { seen = scalar(0) }) => ({
      gradients: shortenedBy(gradients, seen.dataSync()[0] === Infinity ? 1 : 0.5),
      state: { seen: scalar(Infinity) },
    })),
    says: /resumed at/,
  },
  json: {
    by: 'changes its options',
    factory: Object.assign(
      (options?: object) => ({ ...globalNorm(), options: { ...options, made: calls++ } }),
      facts,
    ) as unknown as AnyStrategyFactory,
    says: /can be changed after it is made/,
  },
  spelling: {
    by: 'accepts any option',
    factory: Object.assign(() => globalNorm(), {
      ...facts,
      fields: globalNorm.fields,
    }) as unknown as AnyStrategyFactory,
    says: /was not rejected as an unknown option/,
  },
  bounds: {
    by: 'has a default outside its range',
    factory: misdeclared({ steps: count({ default: 0, min: 1, about: 'Steps.' }) }),
    says: /the default of `steps` is rejected: `offender\(\{ steps \}\)` must be a whole number of at least 1/,
  },
  parabola: {
    by: 'reverses the gradient',
    factory: offender((g) => shortenedBy(g, -0.01)),
    says: /after 120 steps \d+\.\d % of the distance remained/,
  },
  saving: {
    by: 'keeps state of its own',
    factory: offender((g) => shortenedBy(g, tensor1d([1 / (calls += 1)]).asScalar())),
    says: /the weights after loading/,
  },
};

describe.each(['cpu', 'wasm', DEVICE])('on %s', (backend) => {
  it.each(Object.entries(offenders))(
    'the law "%s" rejects a strategy that breaks it',
    async (name, { factory, says }) => {
      const law = lawsOf(factory, { backend: name === 'reads' ? DEVICE : backend }).find((one) => one.name === name);
      await expect(law?.check()).rejects.toThrow(says);
      await expect(law?.check()).rejects.toMatchObject({ name: 'ClippingError', code: 'broken-law' });
    },
  );
});

describe('lawsOf', () => {
  it('names the strategy, its options, the law and the backend', async () => {
    const factory = misdeclared({ rate: positive({ default: -1, about: 'Rate.' }) });
    const bounds = lawsOf(factory, { backend: 'cpu' }).find(({ name }) => name === 'bounds');
    await expect(bounds?.check()).rejects.toThrow(
      'offender() breaks the law "accepts the default of each option and rejects NaN, wrong types and values out of ' +
        'bounds" on cpu: the default of `rate` is rejected: `offender({ rate })` must be a finite number greater than 0; ' +
        'received -1.',
    );
  });

  it('exempts a strategy from what it does not declare, with the reason', () => {
    const exempt = Object.fromEntries(
      lawsOf(globalNorm, {
        laws: { direction: 'none', idempotent: false, lengthens: true },
        exempt: { small: 'for a test' },
        backend: 'cpu',
      }).flatMap(({ name, exempt: reason }) => (reason === undefined ? [] : [[name, reason]])),
    );
    expect(exempt).toEqual({
      length: 'declares that it may increase norms',
      direction: 'declares no direction',
      small: 'for a test',
      twice: 'declares that it is not idempotent',
      reads: 'reads are free on cpu',
    });
  });
});

describe('describeStrategy', () => {
  it('defines its tests with any describe and it', async () => {
    const titles: string[] = [];
    const tests: (() => Promise<void>)[] = [];
    const verdicts: LawResult[] = [];
    describeStrategy(globalNorm, {
      options: { maxNorm: Infinity },
      oracle: () => (gradients) => ({ gradients }),
      sequences: 2,
      describe: (title, body) => {
        titles.push(title);
        body();
      },
      it: (title, body) => {
        titles.push(title);
        tests.push(body);
      },
      onResult: (verdict) => verdicts.push(verdict),
    });
    for (const test of tests) await test();
    expect(titles[0]).toBe('global-norm({"maxNorm":"Infinity"})');
    expect(titles).toContain('never increases the norm of a gradient');
    expect(titles.at(-1)).toBe('agrees with its oracle');
    expect(verdicts.filter(({ holds }) => holds)).toHaveLength(tests.length);
    expect(verdicts.at(-1)).toMatchObject({ law: 'oracle', holds: true, worst: 0 });
  });

  it('explains what it needs without a test framework', () => {
    expect(() => describeStrategy(globalNorm)).toThrow(
      '`describeStrategy(factory, { describe, it })` needs the functions of a test framework; received none, and no globals have these names.',
    );
  });
});

it('describeStrategy refuses to run without a backend of tfjs', () => {
  const names = vi.spyOn(engine(), 'backendNames').mockReturnValue([]);
  expect(() => describeStrategy(globalNorm, { describe, it })).toThrow(
    "`describeStrategy(factory)` needs a backend of tfjs, but none is registered. `import '@tensorflow/tfjs'` first, with the same copy of tfjs-core.",
  );
  names.mockRestore();
});
