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
  it('contains the given strategies and creates strategies from JSON', () => {
    const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);
    expect(registry).toBeInstanceOf(StrategyRegistry);
    expect(registry.ids()).toEqual(allStrategies.map(({ id }) => id));
    const spec = { id: 'chain', options: { strategies: [{ id: 'per-value', options: { maxAbs: 5 } }] } };
    expect(registry.create(spec).options).toEqual({
      strategies: [{ id: 'per-value', options: { maxAbs: 5, min: null, max: null } }],
    });
  });

  it('returns types that need no cast', () => {
    const container = createContainer({ strategies: allStrategies });
    expectTypeOf(container.get(TOKENS.StrategyRegistry)).toEqualTypeOf<StrategyRegistry>();
    expectTypeOf(container.getAll(TOKENS.StrategyFactory)).toEqualTypeOf<AnyStrategyFactory[]>();
    expectTypeOf(container.get(TOKENS.StrategyRegistry).create('none')).toEqualTypeOf<ClippingStrategy>();
    const optimizer = clipOptimizer(tf.train.sgd(1), container.get(TOKENS.StrategyRegistry).create('none'));
    expect(optimizer.strategy.id).toBe('none');
  });

  it('is empty without strategies', () => {
    expect(idsIn(createContainer())).toEqual([]);
    expectError(
      () => createContainer().get(TOKENS.StrategyRegistry).get('none'),
      'unknown-strategy',
      'There is no strategy "none". Known ids: chain, partition, scheduled.',
    );
  });

  it('shares no strategies with another container', () => {
    const [one, other] = [createContainer({ strategies: [none] }), createContainer({ strategies: [globalNorm] })];
    expect([idsIn(one), idsIn(other)]).toEqual([['none'], ['global-norm']]);
  });

  it('equals a container with both modules loaded', () => {
    const container = new Container();
    container.load(frameworkModule, strategyModule([none, perValue]));
    expect(idsIn(container)).toEqual(['none', 'per-value']);
  });
});

describe('a module', () => {
  it('that is loaded later is part of a registry resolved after it', () => {
    const container = createContainer({ strategies: [none] });
    const before = container.get(TOKENS.StrategyRegistry);
    container.load(strategyModule([globalNorm]));
    expect(before.ids()).toEqual(['none']);
    expect(idsIn(container)).toEqual(['none', 'global-norm']);
  });

  it('can be unloaded and loaded again', () => {
    const container = createContainer({ strategies: [none] });
    const mine = strategyModule([globalNorm, perLayer]);
    container.load(mine);
    container.unload(mine);
    expect(idsIn(container)).toEqual(['none']);
    container.load(mine);
    expect(idsIn(container)).toEqual(['none', 'global-norm', 'per-layer']);
  });

  it('of another author can bind factories', () => {
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
  it('contains its own strategies and those of its parents, but not the reverse', () => {
    const grandparent = createContainer({ strategies: [none] });
    const parent = createContainer({ strategies: [perValue], parent: grandparent });
    const child = createContainer({ strategies: [globalNorm], parent });
    expect(idsIn(child).sort()).toEqual(['global-norm', 'none', 'per-value']);
    expect(idsIn(parent).sort()).toEqual(['none', 'per-value']);
    expect(idsIn(grandparent)).toEqual(['none']);
  });

  it('contains strategies that its parent loads later', () => {
    const parent = createContainer({ strategies: [none] });
    const child = createContainer({ parent });
    parent.load(strategyModule([globalNorm]));
    expect(idsIn(child)).toEqual(['none', 'global-norm']);
  });

  it('may bind the same strategy as its parent, but not a different one of the same id', () => {
    const parent = createContainer({ strategies: allStrategies });
    expect(idsIn(createContainer({ strategies: [none], parent })).sort()).toEqual(
      allStrategies.map(({ id }) => id).sort(),
    );
    const otherNone = Object.assign(() => none(), { ...none, id: 'none' });
    expectError(
      () => createContainer({ strategies: [otherNone], parent }).get(TOKENS.StrategyRegistry),
      'duplicate-id',
      'The id `none` belongs to another strategy already; choose another id.',
    );
  });
});

describe('a binding that is not a factory', () => {
  it('is named when the registry is resolved', () => {
    const container = createContainer({ strategies: [globalNorm() as never] });
    expectError(
      () => container.get(TOKENS.StrategyRegistry),
      'bad-spec',
      'A registry takes strategy factories made by `defineStrategy`; ' +
        'received {"id":"global-norm","options":{"maxNorm":1,"ord":2}}. ' +
        'This is already a strategy; register its factory instead.',
    );
  });
});
