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

export type { Combinator, Registrable } from './core/known.ts';
export { StrategyRegistry };

/**
 * The service identifiers of a container.
 *
 * They are global symbols, so two copies of this package share them.
 *
 * @category Registry
 */
export const TOKENS = Object.freeze({
  /** One strategy factory; bind as many as you like, without names. */
  StrategyFactory: Symbol.for('gradclip:StrategyFactory') as ServiceIdentifier<AnyStrategyFactory>,
  /** All strategies by id; each request creates a new registry, so it contains modules loaded since the last one. */
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
      (factories: AnyStrategyFactory[]) => new StrategyRegistry([...combinators, ...factories]),
      // `chained` includes the bindings of parent containers.
      [{ serviceIdentifier: TOKENS.StrategyFactory, isMultiple: true, chained: true }],
    )
    .inTransientScope();
});

/**
 * Creates a module that binds strategy factories; a registry resolved after it is loaded contains them.
 *
 * @example
 * ```ts
 * import { createContainer, strategyModule, TOKENS } from 'gradclip/container';
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
 * Creates an InversifyJS container with the registry and the given strategies.
 *
 * With a `parent`, its registry also contains the strategies of the parent.
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
