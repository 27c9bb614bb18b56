// Strategies through InversifyJS.
import { Container, ContainerModule, decorate, inject, injectable } from 'inversify';
import {
  chain,
  ClippedOptimizer,
  clipOptimizer,
  enableLoading,
  type AnyStrategyFactory,
  type Clipped,
  type ClippingStrategy,
  type NamedTensors,
} from 'gradclip';
import {
  createContainer,
  frameworkModule,
  strategyModule,
  StrategyRegistry,
  TOKENS,
  type Combinator,
  type StrategyCreator,
} from 'gradclip/container';
import { defineStrategy, scaleAll } from 'gradclip/define';
import * as tf from '@tensorflow/tfjs';
import { strategyFromSaved } from '../../src/saving/loading.ts';
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
    expectTypeOf(container.getAll(TOKENS.StrategyFactory)).toEqualTypeOf<(AnyStrategyFactory | StrategyCreator)[]>();
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

  it('may bind the same strategy as its parent', () => {
    const parent = createContainer({ strategies: allStrategies });
    expect(idsIn(createContainer({ strategies: [none], parent })).sort()).toEqual(
      allStrategies.map(({ id }) => id).sort(),
    );
  });
});

/** Scales all gradients by a factor that it gets injected. */
class ScaleClip implements ClippingStrategy {
  readonly id = 'scale';
  readonly options: Readonly<Record<string, unknown>>;
  constructor(factor: number) {
    this.options = { factor };
  }
  init(): NamedTensors {
    return {};
  }
  clip(gradients: NamedTensors, state: NamedTensors): Clipped {
    return { gradients: scaleAll(gradients, this.options['factor'] as number), state };
  }
}
const FACTOR = Symbol('factor');
decorate(injectable(), ScaleClip);
decorate(inject(FACTOR) as never, ScaleClip, 0);

function withScaleClip(parent?: Container): Container {
  const container = createContainer(parent === undefined ? {} : { parent });
  container.bind(FACTOR).toConstantValue(0.5);
  container.bind(TOKENS.ClippingStrategy).to(ScaleClip);
  return container;
}

const called = (id: string, factor = 1): AnyStrategyFactory =>
  defineStrategy({
    id,
    title: id,
    source: { authors: 'None', year: 2026, title: 'None', url: 'https://example.org' },
    laws: { direction: 'global', idempotent: false },
    fields: {},
    clip: (_, gradients) => scaleAll(gradients, factor),
  });

const firstOf = (strategy: ClippingStrategy): number | undefined =>
  tf.tidy(() => {
    const gradients = { w: tf.tensor1d([1]) };
    return strategy.clip(gradients, {}, { step: 0, parameters: gradients }).gradients['w']?.dataSync()[0];
  });

describe('an injectable strategy', () => {
  it('is created with its injected services and found by its id', () => {
    const registry = withScaleClip().get(TOKENS.StrategyRegistry);
    expect(registry.ids()).toEqual(['scale']);
    expect(firstOf(registry.create('scale'))).toBe(0.5);
    expect(firstOf(registry.create('chain', { strategies: [{ id: 'scale', options: { factor: 0.5 } }] }))).toBe(0.5);
  });

  it('cannot be created with other options, nor scheduled', () => {
    const registry = withScaleClip().get(TOKENS.StrategyRegistry);
    expectError(
      () => registry.create('scale', { factor: 2 }),
      'bad-option',
      '`scale` is one fixed strategy with the options {"factor":0.5}; received {"factor":2}. ' +
        'Bind a factory for other options.',
    );
    const schedule = { kind: 'constant', value: 1 };
    expectError(
      () => registry.create('scheduled', { strategy: { id: 'scale' }, option: 'factor', schedule }),
      'unknown-strategy',
      '`scale` is one fixed strategy and has no factory; create it with `create({ id: "scale", options })`.',
    );
  });

  it('is loaded with a saved model after enableLoading(registry)', () => {
    enableLoading(withScaleClip().get(TOKENS.StrategyRegistry));
    const w = tf.variable(tf.tensor1d([1]), true, 'w');
    const optimizer = clipOptimizer(tf.train.sgd(1), new ScaleClip(0.5));
    const again = ClippedOptimizer.fromConfig<ClippedOptimizer>(ClippedOptimizer, optimizer.getConfig());
    again.applyGradients({ w: tf.tensor1d([1]) });
    expect(w.dataSync()[0]).toBe(0.5);
    w.dispose();
  });
});

describe('a strategy factory', () => {
  it('can be a constant, a resolved value with injected services, or a class', () => {
    class Creator implements StrategyCreator {
      readonly id = 'by-class';
      create(): ClippingStrategy {
        return called('by-class', 3)();
      }
    }
    decorate(injectable(), Creator);
    const container = createContainer();
    container.bind(FACTOR).toConstantValue(2);
    container.bind(TOKENS.StrategyFactory).toConstantValue(called('by-constant', 1));
    container
      .bind(TOKENS.StrategyFactory)
      .toResolvedValue((factor: number) => called('by-service', factor), [FACTOR as never]);
    container.bind(TOKENS.StrategyFactory).to(Creator);
    const registry = container.get(TOKENS.StrategyRegistry);
    expect(registry.ids().map((id) => [id, firstOf(registry.create(id))])).toEqual([
      ['by-constant', 1],
      ['by-service', 2],
      ['by-class', 3],
    ]);
  });
});

describe('a combinator', () => {
  const twice: Combinator = {
    id: 'twice',
    fromOptions: ({ strategy }, create) => chain(create(strategy), create(strategy)),
  };

  it('can be bound, nests with the others, and is loaded after enableLoading(registry)', () => {
    const container = createContainer({ strategies: [called('half', 0.5)] });
    container.bind(TOKENS.Combinator).toConstantValue(twice);
    const registry = container.get(TOKENS.StrategyRegistry);
    const spec = { id: 'chain', options: { strategies: [{ id: 'twice', options: { strategy: { id: 'half' } } }] } };
    expect(firstOf(registry.create(spec))).toBe(0.25);
    expect(registry.ids()).toEqual(['half']);
    enableLoading(registry);
    expect(firstOf(strategyFromSaved({ id: 'twice', options: { strategy: { id: 'half' } } }))).toBe(0.25);
  });
});

describe('the nearest binding', () => {
  it('of an id wins in a child, and the parent keeps its own', () => {
    const parent = createContainer({ strategies: [called('mine', 1), none] });
    const child = createContainer({ strategies: [called('mine', 2)], parent });
    const grandchild = createContainer({ parent: child });
    const result = (container: Container) => firstOf(container.get(TOKENS.StrategyRegistry).create('mine'));
    expect([parent, child, grandchild].map(result)).toEqual([1, 2, 2]);
    expect(idsIn(child)).toEqual(['mine', 'none']);
    expect(
      firstOf(
        withScaleClip(createContainer({ strategies: [called('scale', 7)] }))
          .get(TOKENS.StrategyRegistry)
          .create('scale'),
      ),
    ).toBe(0.5);
  });

  it('is unique in one container', () => {
    expectError(
      () =>
        createContainer({ strategies: [called('mine'), { ...none(), id: 'mine' } as never] }).get(
          TOKENS.StrategyRegistry,
        ),
      'duplicate-id',
      'The id `mine` is taken by another strategy; choose another id.',
    );
  });
});

describe('a container', () => {
  it('follows unbind, rebind, snapshot and restore', () => {
    const container = createContainer({ strategies: [none] });
    container.snapshot();
    container.bind(TOKENS.StrategyFactory).toConstantValue(globalNorm);
    expect(idsIn(container)).toEqual(['none', 'global-norm']);
    container.restore();
    expect(idsIn(container)).toEqual(['none']);
    container.unbind(TOKENS.StrategyFactory);
    expect(idsIn(container)).toEqual([]);
    container.bind(TOKENS.StrategyFactory).toConstantValue(perValue);
    expect(idsIn(container)).toEqual(['per-value']);
  });
});

describe('a binding', () => {
  it('that is not a factory, strategy or combinator is named when the registry is resolved', () => {
    const container = createContainer({ strategies: [{ maxNorm: 1 } as never] });
    expectError(
      () => container.get(TOKENS.StrategyRegistry),
      'bad-spec',
      'A registry takes strategy factories made by `defineStrategy`, strategies and combinators, each with an `id`; ' +
        'received {"maxNorm":1}.',
    );
  });

  it.each([
    ['a name', (container: Container) => container.bind(TOKENS.StrategyFactory).toConstantValue(none).whenNamed('x')],
    [
      'a tag',
      (container: Container) =>
        container
          .bind(TOKENS.Combinator)
          .toConstantValue(null as never)
          .whenTagged('x', 1),
    ],
    [
      'a condition',
      (container: Container) =>
        container
          .bind(TOKENS.ClippingStrategy)
          .toConstantValue(none())
          .when(() => false),
    ],
  ])('with %s is refused instead of ignored', (_, bind) => {
    const container = createContainer({ strategies: [globalNorm] });
    bind(container);
    expect(() => container.get(TOKENS.StrategyRegistry)).toThrow(
      /^`TOKENS\.\w+` has a binding with a name, a tag or a condition, which a registry cannot contain\. Remove these/,
    );
  });
});
