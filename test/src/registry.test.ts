// Strategies by id and from JSON.
import { chain, specOf, type AnyStrategyFactory, type StrategySpec } from 'gradclip';
import { defineStrategy } from 'gradclip/define';
import { createContainer, StrategyRegistry, TOKENS } from 'gradclip/container';
import { globalNorm, none, perLayer, perValue, allStrategies } from 'gradclip/strategies';
import { describe, expect, it } from 'vitest';
import { expectError } from '../support/fixtures.ts';

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

const called = (id: string, title = id): AnyStrategyFactory =>
  defineStrategy({
    id,
    title,
    laws: { direction: 'none', idempotent: true },
    fields: {},
    clip: (_options, gradients) => gradients,
  });

describe('a registry', () => {
  it('lists ids in the order given and finds factories by id', () => {
    const small = new StrategyRegistry([perValue, none, globalNorm]);
    expect(small.ids()).toEqual(['per-value', 'none', 'global-norm']);
    expect(small.get('global-norm')).toBe(globalNorm);
    expect(registry.ids()).toEqual(allStrategies.map(({ id }) => id));
  });

  it('accepts any iterable and the same factory twice', () => {
    expect(new StrategyRegistry(new Set([none])).ids()).toEqual(['none']);
    expect(new StrategyRegistry([none, none]).ids()).toEqual(['none']);
  });

  it('accepts a strategy that is declared twice, as by both builds or a reload', () => {
    const first = called('mine');
    expect(new StrategyRegistry([first, called('mine')]).ids()).toEqual(['mine']);
  });

  it('refuses a second strategy of the same id, and the id of a combinator', () => {
    expectError(
      () => new StrategyRegistry([called('mine'), called('mine', 'Another')]),
      'duplicate-id',
      'The id `mine` is taken by another strategy; choose another id.',
    );
    expectError(
      () => createContainer({ strategies: [called('chain')] }).get(TOKENS.StrategyRegistry),
      'duplicate-id',
      'The id `chain` is taken by a combinator; choose another id.',
    );
  });

  it.each([
    [{ id: 'none' }, '{"id":"none"}.'],
    [undefined, 'undefined.'],
    [() => 1, 'a function.'],
  ])('refuses %s', (given, received) => {
    expectError(
      () => new StrategyRegistry([given as never]),
      'bad-spec',
      'A registry takes strategy factories made by `defineStrategy`, strategies and combinators, each with an `id`; ' +
        `received ${received}`,
    );
  });
});

describe('create', () => {
  it('creates a strategy from id and options, from a spec, or with the defaults', () => {
    expect(registry.create('global-norm', { maxNorm: 5 }).options).toEqual({ maxNorm: 5, ord: 2 });
    expect(registry.create({ id: 'global-norm', options: { maxNorm: 5 } }).options).toEqual({ maxNorm: 5, ord: 2 });
    expect(registry.create('global-norm').options).toEqual({ maxNorm: 1, ord: 2 });
    expect(registry.create({ id: 'none' }).id).toBe('none');
  });

  it('creates nested combinators from JSON and returns the same JSON', () => {
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
    ['globalnorm', 'There is no strategy "globalnorm". Did you mean `global-norm`?'],
    ['GlobalNorm', 'There is no strategy "GlobalNorm". Did you mean `global-norm`?'],
    ['per_valeu', 'There is no strategy "per_valeu". Did you mean `per-value`?'],
    ['chin', 'There is no strategy "chin". Did you mean `chain`?'],
  ])('suggests the closest id for `%s`', (id, message) => {
    expectError(() => registry.create(id), 'unknown-strategy', message);
    expectError(() => registry.get(id), 'unknown-strategy', message);
  });

  it('lists the known ids when none is close, also for names of Object.prototype', () => {
    const small = createContainer({ strategies: [none, globalNorm] }).get(TOKENS.StrategyRegistry);
    for (const id of ['adam-something-else', 'constructor', '__proto__']) {
      expect(() => small.create(id)).toThrow(`There is no strategy "${id}". Known ids: none, global-norm, chain`);
    }
  });

  it('explains that a combinator has no factory', () => {
    expectError(
      () => registry.get('chain'),
      'unknown-strategy',
      '`chain` is a combinator and has no factory; create it with `create({ id: "chain", options })`.',
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
  ])('refuses %j, which is not a spec', (spec, received) => {
    expectError(
      () => registry.create(spec as never),
      'bad-spec',
      `A strategy spec must have the form { "id": "global-norm", "options": { "maxNorm": 1 } }; received ${received}.`,
    );
  });

  it('refuses options outside `options`, options that are not an object, and unknown options', () => {
    expectError(
      () => registry.create({ id: 'global-norm', maxNorm: 1 } as never),
      'bad-spec',
      'A strategy spec has only `id` and `options`; received `maxNorm` as well.',
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

  it('refuses a spec that nests too deep', () => {
    let spec: StrategySpec = { id: 'none' };
    for (let depth = 0; depth < 32; depth += 1) spec = { id: 'chain', options: { strategies: [spec] } };
    expect(registry.create(spec).id).toBe('chain');
    expectError(
      () => registry.create({ id: 'chain', options: { strategies: [spec] } }),
      'bad-spec',
      'A strategy spec may nest at most 32 levels; received more.',
    );
  });
});
