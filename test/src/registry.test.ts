// Strategies by id and from JSON.
import { chain, specOf, type AnyStrategyFactory, type StrategySpec } from 'gradclip';
import { defineStrategy } from 'gradclip/define';
import { createContainer, StrategyRegistry, TOKENS } from 'gradclip/container';
import { globalNorm, none, perLayer, perValue, allStrategies } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { expectError } from '../support/fixtures.ts';

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

const source = { authors: 'Me', year: 2026, title: 'Notes', url: 'https://example.org' };
const called = (id: string): AnyStrategyFactory =>
  defineStrategy({
    id,
    title: id,
    source,
    laws: { direction: 'none', idempotent: true },
    fields: {},
    clip: (_options, gradients) => gradients,
  });

describe('a registry', () => {
  it('lists ids in the order given, and finds factories by them', () => {
    const small = new StrategyRegistry([perValue, none, globalNorm]);
    expect(small.ids()).toEqual(['per-value', 'none', 'global-norm']);
    expect(small.get('global-norm')).toBe(globalNorm);
    expect(registry.ids()).toEqual(allStrategies.map(({ id }) => id));
  });

  it('takes any iterable, and the same factory twice', () => {
    expect(new StrategyRegistry(new Set([none])).ids()).toEqual(['none']);
    expect(new StrategyRegistry([none, none]).ids()).toEqual(['none']);
  });

  it('refuses two strategies of one id, and the id of a combinator', () => {
    expectError(
      () => new StrategyRegistry([called('mine'), called('mine')]),
      'duplicate-id',
      'Two strategies are called `mine`; ids must be unique in a registry.',
    );
    expectError(
      () => createContainer({ strategies: [called('chain')] }).get(TOKENS.StrategyRegistry),
      'duplicate-id',
      'A strategy may not be called `chain`; that is a combinator.',
    );
  });

  it.each([
    [none(), '{"id":"none","options":{}}. That is a strategy already; give the function that makes it.'],
    [undefined, 'undefined.'],
    [() => 1, 'a function.'],
  ])('refuses %s, which is no factory', (given, received) => {
    expectError(
      () => new StrategyRegistry([given as never]),
      'bad-spec',
      `A registry takes strategy factories, as \`defineStrategy\` makes them; received ${received}`,
    );
  });
});

describe('create', () => {
  it('makes a strategy from id and options, from a spec, or with the defaults', () => {
    expect(registry.create('global-norm', { maxNorm: 5 }).options).toEqual({ maxNorm: 5, ord: 2 });
    expect(registry.create({ id: 'global-norm', options: { maxNorm: 5 } }).options).toEqual({ maxNorm: 5, ord: 2 });
    expect(registry.create('global-norm').options).toEqual({ maxNorm: 1, ord: 2 });
    expect(registry.create({ id: 'none' }).id).toBe('none');
  });

  it('makes combinators, which nest, from JSON, and gives the same JSON back', () => {
    const spec: StrategySpec = {
      id: 'chain',
      options: {
        strategies: [
          { id: 'per-value', options: { maxAbs: 5 } },
          {
            id: 'chain',
            options: { strategies: [{ id: 'per-layer', options: { layers: { my_lstm_1: 'Infinity' } } }] },
          },
          { id: 'none' },
        ],
      },
    };
    const strategy = registry.create(JSON.parse(JSON.stringify(spec)) as StrategySpec);
    const byHand = chain(perValue({ maxAbs: 5 }), chain(perLayer({ layers: { my_lstm_1: Infinity } })), none());
    expect(specOf(strategy)).toEqual(specOf(byHand));
    expect(registry.create('chain', { strategies: [{ id: 'none' }] }).id).toBe('chain');
    expect(specOf(registry.create(specOf(strategy)))).toEqual(specOf(strategy));
  });

  it.each([
    ['globalnorm', 'No strategy "globalnorm". Did you mean `global-norm`?'],
    ['GlobalNorm', 'No strategy "GlobalNorm". Did you mean `global-norm`?'],
    ['per_valeu', 'No strategy "per_valeu". Did you mean `per-value`?'],
    ['chin', 'No strategy "chin". Did you mean `chain`?'],
  ])('asks of `%s` whether another was meant', (id, message) => {
    expectError(() => registry.create(id), 'unknown-strategy', message);
    expectError(() => registry.get(id), 'unknown-strategy', message);
  });

  it('lists what there is where nothing is near, prototypes included', () => {
    const small = createContainer({ strategies: [none, globalNorm] }).get(TOKENS.StrategyRegistry);
    for (const id of ['adam-something-else', 'constructor', '__proto__']) {
      expect(() => small.create(id)).toThrow(`No strategy "${id}". There are none, global-norm, chain`);
    }
  });

  it('says that a combinator has no factory', () => {
    expectError(
      () => registry.get('chain'),
      'unknown-strategy',
      '`chain` is a combinator and has no factory; make one with `create({ id: "chain", options })`.',
    );
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [[], '[]'],
    [{}, '{}'],
    [{ id: 7 }, '{"id":7}'],
    [{ options: { maxNorm: 1 } }, '{"options":{"maxNorm":1}}'],
  ])('refuses %j, which is no spec', (spec, received) => {
    expectError(
      () => registry.create(spec as never),
      'bad-spec',
      `A strategy in JSON is { "id": "global-norm", "options": { "maxNorm": 1 } }; received ${received}.`,
    );
  });

  it('refuses options beside `options`, options that are none, and options that do not exist', () => {
    expectError(
      () => registry.create({ id: 'global-norm', maxNorm: 1 } as never),
      'bad-spec',
      'A strategy in JSON has `id` and `options`; received `maxNorm` beside them.',
    );
    expectError(
      () => registry.create('global-norm', 5 as never),
      'bad-spec',
      'The options of `global-norm` must be an object; received 5.',
    );
    expectError(
      () => registry.create('chain', { strategies: [{ id: 'global-norm', options: { maxNrm: 1 } }] }),
      'unknown-option',
      '`global-norm` has no option `maxNrm`; it has `maxNorm`, `ord`. Did you mean `maxNorm`?',
    );
    expectError(
      () => registry.create('chain', { strategie: [] }),
      'unknown-option',
      '`chain` has no option `strategie`; it has `strategies`. Did you mean `strategies`?',
    );
    expectError(
      () => registry.create('chain', { strategies: { id: 'none' } }),
      'bad-option',
      '`chain({ strategies })` must be a list of specs; received {"id":"none"}.',
    );
  });

  it('refuses a spec that nests without end', () => {
    let spec: StrategySpec = { id: 'none' };
    for (let depth = 0; depth < 32; depth += 1) spec = { id: 'chain', options: { strategies: [spec] } };
    expect(registry.create(spec).id).toBe('chain');
    expectError(
      () => registry.create({ id: 'chain', options: { strategies: [spec] } }),
      'bad-spec',
      'A spec may nest 32 deep; this one goes deeper.',
    );
  });
});
