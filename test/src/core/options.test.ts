import { ClippingError } from 'gradclip';
import {
  between,
  choice,
  count,
  decay,
  defineStrategy,
  flag,
  integers,
  names,
  optional,
  order,
  positive,
  threshold,
  thresholdsByName,
  type Field,
} from 'gradclip/define';
import { agc, blockRms, globalNorm, perValue, perVariable, spikeSkip, zClip } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';

const about = 'An option.';
const madeWith = (field: Field) =>
  defineStrategy({
    id: 'made',
    title: 'Made',
    laws: { direction: 'none', idempotent: true },
    fields: { x: field },
    clip: (_, gradients) => gradients,
  });

const words: { word: string; field: Field; accepted: unknown[]; rejected: unknown[]; rule: string }[] = [
  {
    word: 'threshold',
    field: threshold({ default: 1, about }),
    accepted: [0, 1e-30, Infinity],
    rejected: [-1, NaN, '1', null],
    rule: 'a number from 0 to Infinity',
  },
  {
    word: 'positive',
    field: positive({ default: 1, about }),
    accepted: [1e-30, 7],
    rejected: [0, -1, Infinity, NaN],
    rule: 'a finite number greater than 0',
  },
  {
    word: 'between',
    field: between({ min: 0, max: 100, default: 1, about }),
    accepted: [0, 100],
    rejected: [-0.1, 100.1, NaN],
    rule: 'a number from 0 to 100',
  },
  {
    word: 'decay',
    field: decay({ default: 0.9, about }),
    accepted: [0, 0.999],
    rejected: [1, -0.1, Infinity],
    rule: 'a number from 0 up to but not including 1',
  },
  {
    word: 'count',
    field: count({ min: 1, max: 5, default: 1, about }),
    accepted: [1, 5],
    rejected: [0, 6, 1.5, Infinity, '2'],
    rule: 'a whole number of at least 1 and at most 5',
  },
  {
    word: 'order',
    field: order({ default: 2, about }),
    accepted: [0.5, 1, 2, 'inf'],
    rejected: [0, -1, NaN, 'infinity'],
    rule: "a number greater than 0, or 'inf'",
  },
  {
    word: 'choice',
    field: choice(['a', 'b'], { default: 'a', about }),
    accepted: ['a', 'b'],
    rejected: ['c', 1, null],
    rule: "one of 'a', 'b'",
  },
  {
    word: 'flag',
    field: flag({ default: false, about }),
    accepted: [true, false],
    rejected: [1, 'true'],
    rule: 'true or false',
  },
  {
    word: 'names',
    field: names({ default: [], about }),
    accepted: [[], ['lstm*']],
    rejected: ['lstm', [1]],
    rule: 'a list of strings',
  },
  {
    word: 'integers',
    field: integers({ default: [], about }),
    accepted: [[0, -1]],
    rejected: [0, [0.5]],
    rule: 'a list of whole numbers',
  },
  {
    word: 'thresholdsByName',
    field: thresholdsByName({ default: {}, about }),
    accepted: [{}, { lstm: 0, dense: Infinity }],
    rejected: [{ lstm: -1 }, { lstm: 'x' }, 1],
    rule: 'an object of numbers from 0 to Infinity',
  },
  {
    word: 'optional',
    field: optional(threshold({ default: 1, about })),
    accepted: [null, 2],
    rejected: [-1, 'null'],
    rule: 'a number from 0 to Infinity, or null',
  },
];

describe.each(words)('$word', ({ field, accepted, rejected, rule }) => {
  it('accepts values in its range', () => {
    for (const x of accepted) expect(madeWith(field)({ x }).options).toEqual({ x });
  });

  it('rejects other values and reports the rule and the received value', () => {
    for (const x of rejected) {
      const received = typeof x === 'string' ? `"${x}"` : typeof x === 'object' ? JSON.stringify(x) : String(x);
      expect(() => madeWith(field)({ x })).toThrow(
        new ClippingError('bad-option', `\`made({ x })\` must be ${rule}; received ${received}.`),
      );
    }
  });
});

describe('the metadata that a command line or a form control needs', () => {
  it.each([
    { word: 'threshold', facts: { kind: 'number', min: 0 } },
    { word: 'positive', facts: { kind: 'number', min: 0 } },
    { word: 'between', facts: { kind: 'number', min: 0, max: 100 } },
    { word: 'decay', facts: { kind: 'number', min: 0, max: 1 } },
    { word: 'count', facts: { kind: 'integer', min: 1, max: 5 } },
    { word: 'order', facts: { kind: 'choice', choices: [1, 2, 'inf'] } },
    { word: 'choice', facts: { kind: 'choice', choices: ['a', 'b'] } },
    { word: 'flag', facts: { kind: 'flag' } },
    { word: 'names', facts: { kind: 'names' } },
    { word: 'integers', facts: { kind: 'integers' } },
    { word: 'thresholdsByName', facts: { kind: 'numbers-by-name' } },
    { word: 'optional', facts: { kind: 'number', min: 0, nullable: true } },
  ])('is available on $word', ({ word, facts }) => {
    const { kind, min, max, choices, nullable } = words.find((one) => one.word === word)?.field ?? {};
    const told = Object.entries({ kind, min, max, choices, nullable }).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(told)).toEqual(facts);
  });

  it('has no maximum for an unbounded count', () => {
    const open = count({ default: 0, about });
    expect(open).not.toHaveProperty('max');
    expect(open.rule).toBe('a whole number of at least 0');
  });
});

describe('options', () => {
  it('accept "Infinity" as a string, because JSON cannot represent the number', () => {
    expect(madeWith(threshold({ default: 1, about }))({ x: 'Infinity' as unknown as number }).options).toEqual({
      x: Infinity,
    });
    const unbounded = between({ min: -Infinity, max: 0, default: 0, about });
    expect(madeWith(unbounded)({ x: '-Infinity' as unknown as number }).options).toEqual({ x: -Infinity });
    expect(madeWith(order({ default: 2, about }))({ x: Infinity }).options).toEqual({ x: 'inf' });
  });

  it.each([
    [null, 'null'],
    [[], '[]'],
    ['maxNorm', '"maxNorm"'],
    [3, '3'],
  ])('are rejected if they are %o instead of an object', (given, received) => {
    expect(() => madeWith(flag({ default: true, about }))(given as unknown as object)).toThrow(
      new ClippingError('bad-option', `\`made\` takes its options as one object; received ${received}.`),
    );
  });

  it('are all rejected by a strategy without options', () => {
    const bare = defineStrategy({
      id: 'bare',
      title: 'Bare',
      laws: { direction: 'none', idempotent: true },
      fields: {},
      clip: (_, gradients) => gradients,
    });
    expect(() => bare({ maxNorm: 1 } as object)).toThrow(
      new ClippingError('unknown-option', '`bare` takes no options; received `maxNorm`.'),
    );
  });

  it('are suggested for a similar name, and only listed for any other name', () => {
    const made = madeWith(flag({ default: true, about }));
    expect(() => made({ X: 1 } as object)).toThrow(
      new ClippingError('unknown-option', '`made` has no option `X`; it has `x`. Did you mean `x`?'),
    );
    expect(() => made({ clipping: 1 } as object)).toThrow(
      new ClippingError('unknown-option', '`made` has no option `clipping`; it has `x`.'),
    );
  });

  it('are all listed for an unknown name', () => {
    const both = defineStrategy({
      id: 'both',
      title: 'Both',
      laws: { direction: 'none', idempotent: true },
      fields: { low: flag({ default: true, about }), high: flag({ default: true, about }) },
      clip: (_, gradients) => gradients,
    });
    expect(() => both({ clipping: 1 } as object)).toThrow('`both` has no option `clipping`; it has `low`, `high`.');
    expect(both({ high: false }).options).toEqual({ low: true, high: false });
  });

  it.each([
    [globalNorm, ['clipnorm', 'clipNorm', 'max_norm', 'maxGradNorm', 'global_clipnorm', 'threshold'], 'maxNorm'],
    [perVariable, ['clipnorm', 'clip_norm'], 'maxNorm'],
    [perValue, ['clipvalue', 'clipValue', 'clip_value', 'maxDelta', 'threshold'], 'maxAbs'],
    [blockRms, ['threshold', 'maxNorm'], 'maxRms'],
    [agc, ['clipping', 'clip_factor'], 'ratio'],
    [zClip, ['clipnorm'], 'maxNorm'],
    [spikeSkip, ['threshold'], 'maxSigma'],
  ])('in the words of other libraries are recognized (%#)', (factory, words, option) => {
    for (const word of words) {
      expect(() => (factory as (options: object) => unknown)({ [word]: 1 })).toThrow(`. Did you mean \`${option}\`?`);
    }
  });

  it('with a very long name are reported with a truncated name', () => {
    const made = madeWith(flag({ default: true, about }));
    const rejection = (name: string): ClippingError =>
      new ClippingError('unknown-option', `\`made\` has no option \`${name}\`; it has \`x\`.`);
    expect(() => made({ ['n'.repeat(80)]: 1 } as object)).toThrow(rejection('n'.repeat(80)));
    expect(() => made({ ['n'.repeat(81)]: 1 } as object)).toThrow(rejection(`${'n'.repeat(77)}...`));
  });

  it('do not include names from the object prototype', () => {
    expect(() => madeWith(flag({ default: true, about }))({ toString: 1 } as unknown as object)).toThrow(
      '`made` has no option `toString`; it has `x`.',
    );
  });

  it('are reported with a truncated value if the value is long', () => {
    const long = 'x'.repeat(1000);
    try {
      madeWith(flag({ default: true, about }))({ x: long as unknown as boolean });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(150);
    }
  });
});
