/**
 * For programs that use InversifyJS: strategies by name, from a container.
 *
 * @module gradclip/container
 * @category Reference
 */

import 'reflect-metadata';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import type { AnyStrategyFactory } from './core/define.ts';
import { combinators } from './combinators/index.ts';
import { StrategyRegistry } from './registry/registry.ts';

export type { Combinator } from './combinators/combinator.ts';
export { StrategyRegistry };

/**
 * What can be asked of a container.
 *
 * The symbols are global, so that two copies of this package share them.
 *
 * @category Registry
 */
export const TOKENS = Object.freeze({
  /** One strategy factory; bind as many as you like, unnamed. */
  StrategyFactory: Symbol.for('gradclip:StrategyFactory') as ServiceIdentifier<AnyStrategyFactory>,
  /** All of them by id; made anew at each request, so that it knows what was loaded meanwhile. */
  StrategyRegistry: Symbol.for('gradclip:StrategyRegistry') as ServiceIdentifier<StrategyRegistry>,
});

/**
 * Binds the registry.
 *
 * @category Registry
 */
export const frameworkModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.StrategyRegistry)
    .toResolvedValue(
      (factories: AnyStrategyFactory[]) => new StrategyRegistry(factories, combinators),
      // Chained, so that a child knows its parents' strategies too.
      [{ serviceIdentifier: TOKENS.StrategyFactory, isMultiple: true, chained: true }],
    )
    .inTransientScope();
});

/**
 * Binds strategy factories, so that a registry resolved afterwards knows them.
 *
 * @example
 * ```ts
 * import { strategyModule } from 'gradclip/container';
 * import { createContainer, TOKENS } from 'gradclip/container';
 * import { globalNorm } from 'gradclip/strategies';
 *
 * const container = createContainer();
 * container.load(strategyModule([globalNorm]));
 * console.log(container.get(TOKENS.StrategyRegistry).ids());
 * ```
 *
 * @category Registry
 */
export function strategyModule(factories: Iterable<AnyStrategyFactory>): ContainerModule {
  return new ContainerModule(({ bind }) => {
    for (const factory of factories) bind(TOKENS.StrategyFactory).toConstantValue(factory);
  });
}

/**
 * An Inversify container with the framework and a shelf of strategies.
 *
 * With a `parent` it knows the parent's strategies as well.
 *
 * @category Registry
 */
export function createContainer({
  strategies = [],
  parent,
}: { readonly strategies?: Iterable<AnyStrategyFactory>; readonly parent?: Container } = {}): Container {
  const container = new Container(parent === undefined ? {} : { parent });
  container.load(frameworkModule, strategyModule(strategies));
  return container;
}
