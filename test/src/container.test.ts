// Strategies through InversifyJS.
import { Container, ContainerModule } from 'inversify';
import { clipOptimizer, type AnyStrategyFactory, type ClippingStrategy } from 'gradclip';
import { createContainer, frameworkModule, strategyModule, StrategyRegistry, TOKENS } from 'gradclip/container';
import * as tf from '@tensorflow/tfjs';
import { globalNorm, none, perLayer, perValue, allStrategies } from 'gradclip/strategies';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { expectError } from '../support/fixtures.ts';

const idsIn = (container: Container): string[] => container.get(TOKENS.StrategyRegistry).ids();

describe('createContainer', () => {
  it('knows the shelf it was given, and makes strategies from JSON', () => {
    const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
    expect(registry).toBeInstanceOf(StrategyRegistry);
    expect(registry.ids()).toEqual(allStrategies.map(({ id }) => id));
    const spec = { id: 'chain', options: { strategies: [{ id: 'per-value', options: { maxAbs: 5 } }] } };
    expect(registry.create(spec).options).toEqual({
      strategies: [{ id: 'per-value', options: { maxAbs: 5, min: null, max: null } }],
    });
  });

  it('answers in types that need no cast', () => {
    const container = createContainer({ strategies: allStrategies });
    expectTypeOf(container.get(TOKENS.StrategyRegistry)).toEqualTypeOf<StrategyRegistry>();
    expectTypeOf(container.getAll(TOKENS.StrategyFactory)).toEqualTypeOf<AnyStrategyFactory[]>();
    expectTypeOf(container.get(TOKENS.StrategyRegistry).create('none')).toEqualTypeOf<ClippingStrategy>();
    const optimizer = clipOptimizer(tf.train.sgd(1), container.get(TOKENS.StrategyRegistry).create('none'));
    expect(optimizer.strategy.id).toBe('none');
  });

  it('is empty without a shelf', () => {
    expect(idsIn(createContainer())).toEqual([]);
    expectError(
      () => createContainer().get(TOKENS.StrategyRegistry).get('none'),
      'unknown-strategy',
      'No strategy "none". There are chain, partition, scheduled.',
    );
  });

  it('does not share strategies with another container', () => {
    const [one, other] = [createContainer({ strategies: [none] }), createContainer({ strategies: [globalNorm] })];
    expect([idsIn(one), idsIn(other)]).toEqual([['none'], ['global-norm']]);
  });

  it('is what one gets from the modules, too', () => {
    const container = new Container();
    container.load(frameworkModule, strategyModule([none, perValue]));
    expect(idsIn(container)).toEqual(['none', 'per-value']);
  });
});

describe('modules', () => {
  it('loaded later are known to a registry resolved later', () => {
    const container = createContainer({ strategies: [none] });
    const before = container.get(TOKENS.StrategyRegistry);
    container.load(strategyModule([globalNorm]));
    expect(before.ids()).toEqual(['none']);
    expect(idsIn(container)).toEqual(['none', 'global-norm']);
  });

  it('unloaded are forgotten, and can be loaded again', () => {
    const container = createContainer({ strategies: [none] });
    const mine = strategyModule([globalNorm, perLayer]);
    container.load(mine);
    container.unload(mine);
    expect(idsIn(container)).toEqual(['none']);
    container.load(mine);
    expect(idsIn(container)).toEqual(['none', 'global-norm', 'per-layer']);
  });

  it('of other makes may bind factories as well', () => {
    const container = createContainer();
    container.load(
      new ContainerModule(({ bind }) => {
        bind(TOKENS.StrategyFactory).toDynamicValue(() => perValue);
      }),
    );
    expect(idsIn(container)).toEqual(['per-value']);
  });
});

describe('a child container', () => {
  it('knows its own strategies and those of its parents, who do not know its own', () => {
    const grandparent = createContainer({ strategies: [none] });
    const parent = createContainer({ strategies: [perValue], parent: grandparent });
    const child = createContainer({ strategies: [globalNorm], parent });
    expect(idsIn(child).sort()).toEqual(['global-norm', 'none', 'per-value']);
    expect(idsIn(parent).sort()).toEqual(['none', 'per-value']);
    expect(idsIn(grandparent)).toEqual(['none']);
  });

  it('without a shelf of its own knows that of its parent, what is loaded later included', () => {
    const parent = createContainer({ strategies: [none] });
    const child = createContainer({ parent });
    parent.load(strategyModule([globalNorm]));
    expect(idsIn(child)).toEqual(['none', 'global-norm']);
  });

  it('may have a strategy that its parent has, but not another of the same id', () => {
    const parent = createContainer({ strategies: allStrategies });
    expect(idsIn(createContainer({ strategies: [none], parent })).sort()).toEqual(
      allStrategies.map(({ id }) => id).sort(),
    );
    const otherNone = Object.assign(() => none(), { ...none, id: 'none' });
    expectError(
      () => createContainer({ strategies: [otherNone], parent }).get(TOKENS.StrategyRegistry),
      'duplicate-id',
      'Two strategies are called `none`; ids must be unique in a registry.',
    );
  });
});

describe('what is bound that should not be', () => {
  it('is named when the registry is asked for', () => {
    const container = createContainer({ strategies: [globalNorm() as never] });
    expectError(
      () => container.get(TOKENS.StrategyRegistry),
      'bad-spec',
      'A registry takes strategy factories, as `defineStrategy` makes them; ' +
        'received {"id":"global-norm","options":{"maxNorm":1,"ord":2}}. ' +
        'That is a strategy already; give the function that makes it.',
    );
  });
});
