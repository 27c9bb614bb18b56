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

const words: { word: string; field: Field; takes: unknown[]; refuses: unknown[]; rule: string }[] = [
  {
    word: 'threshold',
    field: threshold({ default: 1, about }),
    takes: [0, 1e-30, Infinity],
    refuses: [-1, NaN, '1', null],
    rule: 'a number from 0 to Infinity',
  },
  {
    word: 'positive',
    field: positive({ default: 1, about }),
    takes: [1e-30, 7],
    refuses: [0, -1, Infinity, NaN],
    rule: 'a finite number greater than 0',
  },
  {
    word: 'between',
    field: between({ min: 0, max: 100, default: 1, about }),
    takes: [0, 100],
    refuses: [-0.1, 100.1, NaN],
    rule: 'a number from 0 to 100',
  },
  {
    word: 'decay',
    field: decay({ default: 0.9, about }),
    takes: [0, 0.999],
    refuses: [1, -0.1, Infinity],
    rule: 'a number from 0 up to but not including 1',
  },
  {
    word: 'count',
    field: count({ min: 1, max: 5, default: 1, about }),
    takes: [1, 5],
    refuses: [0, 6, 1.5, Infinity, '2'],
    rule: 'a whole number of at least 1 and at most 5',
  },
  {
    word: 'order',
    field: order({ default: 2, about }),
    takes: [0.5, 1, 2, 'inf'],
    refuses: [0, -1, NaN, 'infinity'],
    rule: "a number greater than 0, or 'inf'",
  },
  {
    word: 'choice',
    field: choice(['a', 'b'], { default: 'a', about }),
    takes: ['a', 'b'],
    refuses: ['c', 1, null],
    rule: "one of 'a', 'b'",
  },
  {
    word: 'flag',
    field: flag({ default: false, about }),
    takes: [true, false],
    refuses: [1, 'true'],
    rule: 'true or false',
  },
  {
    word: 'names',
    field: names({ default: [], about }),
    takes: [[], ['lstm*']],
    refuses: ['lstm', [1]],
    rule: 'a list of strings',
  },
  {
    word: 'integers',
    field: integers({ default: [], about }),
    takes: [[0, -1]],
    refuses: [0, [0.5]],
    rule: 'a list of whole numbers',
  },
  {
    word: 'thresholdsByName',
    field: thresholdsByName({ default: {}, about }),
    takes: [{}, { lstm: 0, dense: Infinity }],
    refuses: [{ lstm: -1 }, { lstm: 'x' }, 1],
    rule: 'an object of numbers from 0 to Infinity',
  },
  {
    word: 'optional',
    field: optional(threshold({ default: 1, about })),
    takes: [null, 2],
    refuses: [-1, 'null'],
    rule: 'a number from 0 to Infinity, or null',
  },
];

describe.each(words)('$word', ({ field, takes, refuses, rule }) => {
  it('takes what is in its range', () => {
    for (const x of takes) expect(madeWith(field)({ x }).options).toEqual({ x });
  });

  it('refuses what is not, with the rule and what came', () => {
    for (const x of refuses) {
      const came = typeof x === 'string' ? `"${x}"` : typeof x === 'object' ? JSON.stringify(x) : String(x);
      expect(() => madeWith(field)({ x })).toThrow(
        new ClippingError('bad-option', `\`made({ x })\` must be ${rule}; received ${came}.`),
      );
    }
  });
});

describe('what a command line or a control needs to know', () => {
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
  ])('stands in $word', ({ word, facts }) => {
    const { kind, min, max, choices, nullable } = words.find((one) => one.word === word)?.field ?? {};
    const told = Object.entries({ kind, min, max, choices, nullable }).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(told)).toEqual(facts);
  });

  it('is no greatest value where a count has none', () => {
    const open = count({ default: 0, about });
    expect(open).not.toHaveProperty('max');
    expect(open.rule).toBe('a whole number of at least 0');
  });
});

describe('options', () => {
  it('read Infinity from JSON, which has no word for it', () => {
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
  ])('must be one object, not %o', (given, came) => {
    expect(() => madeWith(flag({ default: true, about }))(given as unknown as object)).toThrow(
      new ClippingError('bad-option', `\`made\` takes its options as one object; received ${came}.`),
    );
  });

  it('are none where a strategy has none', () => {
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

  it('that are misspelt are told the right name, and what is like none of them only the list', () => {
    const made = madeWith(flag({ default: true, about }));
    expect(() => made({ X: 1 } as object)).toThrow(
      new ClippingError('unknown-option', '`made` has no option `X`; it has `x`. Did you mean `x`?'),
    );
    expect(() => made({ clipping: 1 } as object)).toThrow(
      new ClippingError('unknown-option', '`made` has no option `clipping`; it has `x`.'),
    );
  });

  it('are listed where there are several', () => {
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

  it('with a very long name are named by its beginning', () => {
    const made = madeWith(flag({ default: true, about }));
    const refusal = (name: string): ClippingError =>
      new ClippingError('unknown-option', `\`made\` has no option \`${name}\`; it has \`x\`.`);
    expect(() => made({ ['n'.repeat(80)]: 1 } as object)).toThrow(refusal('n'.repeat(80)));
    expect(() => made({ ['n'.repeat(81)]: 1 } as object)).toThrow(refusal(`${'n'.repeat(77)}...`));
  });

  it('do not take names from the prototype of objects', () => {
    expect(() => madeWith(flag({ default: true, about }))({ toString: 1 } as unknown as object)).toThrow(
      '`made` has no option `toString`; it has `x`.',
    );
  });

  it('show no more of a long value than is useful', () => {
    const long = 'x'.repeat(1000);
    try {
      madeWith(flag({ default: true, about }))({ x: long as unknown as boolean });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(150);
    }
  });
});
