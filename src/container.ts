/**
 * For programs that use InversifyJS: strategies by name, from a container.
 *
 * @module gradclip/container
 * @category Reference
 */

import 'reflect-metadata';
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify';
import { combinators } from './combinators/index.ts';
import type { ClippingStrategy } from './core/contract.ts';
import type { AnyStrategyFactory } from './core/define.ts';
import { ClippingError } from './core/errors.ts';
import type { Combinator, Registrable, StrategyCreator } from './core/known.ts';
import { StrategyRegistry } from './registry/registry.ts';

export type { Combinator, Registrable, StrategyCreator } from './core/known.ts';
export { StrategyRegistry };

/**
 * The service identifiers of a container.
 *
 * Bind as many factories, strategies and combinators as you like, without names or tags. The symbols are global, so
 * two copies of this package share them.
 *
 * @category Registry
 */
export const TOKENS = Object.freeze({
  /** A strategy factory, or an injectable class with an `id` and a `create` method. */
  StrategyFactory: Symbol.for('gradclip:StrategyFactory') as ServiceIdentifier<AnyStrategyFactory | StrategyCreator>,
  /** A strategy as it is, such as an injectable class that implements `ClippingStrategy`. */
  ClippingStrategy: Symbol.for('gradclip:ClippingStrategy') as ServiceIdentifier<ClippingStrategy>,
  /** A combinator of your own; `chain`, `partition` and `scheduled` are always there. */
  Combinator: Symbol.for('gradclip:Combinator') as ServiceIdentifier<Combinator>,
  /** All of them by id; each request creates a new registry, so it contains everything bound until then. */
  StrategyRegistry: Symbol.for('gradclip:StrategyRegistry') as ServiceIdentifier<StrategyRegistry>,
});

const BINDABLE = [TOKENS.StrategyFactory, TOKENS.ClippingStrategy, TOKENS.Combinator] as const;

/**
 * Binds the registry.
 *
 * @category Registry
 */
export const frameworkModule: ContainerModule = registryModule(() => true);

/** `isOwn` tells whether the container itself binds a token; without own bindings, InversifyJS injects the parent's. */
function registryModule(isOwn: (token: ServiceIdentifier) => boolean, parent?: Container): ContainerModule {
  const inject = (chained: boolean): object[] =>
    BINDABLE.map((serviceIdentifier) => ({ serviceIdentifier, isMultiple: true, optional: true, chained }));
  return new ContainerModule(({ bind }) => {
    bind(TOKENS.StrategyRegistry)
      .toResolvedValue(
        (...bound: Registrable[][]) => {
          const own = BINDABLE.flatMap((token, index) => (isOwn(token) ? (bound[index] ?? []) : []));
          const inherited = parent?.isBound(TOKENS.StrategyRegistry)
            ? parent.get(TOKENS.StrategyRegistry).entries()
            : bound.slice(BINDABLE.length).flat();
          return createRegistry(own, inherited);
        },
        // First the nearest bindings of each token, then, `chained`, also those of all parents.
        [...inject(false), ...inject(true)] as never,
      )
      .inTransientScope();
  });
}

/** The nearest entry of an id wins; two of one id in one container are refused. */
function createRegistry(own: readonly Registrable[], inherited: readonly Registrable[]): StrategyRegistry {
  const entries = new StrategyRegistry([...combinators, ...own]).entries();
  const ids = new Set(entries.map(({ id }) => id));
  for (const entry of inherited) {
    if (ids.has(entry.id)) continue;
    ids.add(entry.id);
    entries.push(entry);
  }
  return new StrategyRegistry(entries);
}

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
 * With a `parent`, its registry also contains what the parent binds; of two bindings with the same id, the nearer wins.
 *
 * @throws ClippingError When the registry is resolved: `duplicate-id` for two bindings of one id in one container,
 *   `bad-spec` for a binding that is not a factory, strategy or combinator, or that has a name, a tag or a condition.
 *
 * @category Registry
 */
export function createContainer({
  strategies = [],
  parent,
}: { readonly strategies?: Iterable<AnyStrategyFactory>; readonly parent?: Container } = {}): Container {
  const container = new Container(parent === undefined ? {} : { parent });
  const bindingsOf = createBindingReader(container);
  container.load(
    registryModule((token) => bindingsOf === undefined || bindingsOf(token).length > 0, parent),
    strategyModule(strategies),
  );
  // A multiple injection silently leaves out bindings with a name, a tag or a condition.
  container.onActivation(TOKENS.StrategyRegistry, (_context, registry) => {
    for (const token of BINDABLE) bindingsOf?.(token).forEach((binding) => assertUnconditional(token, binding));
    return registry;
  });
  return container;
}

interface Binding {
  isSatisfiedBy(constraints: object): boolean;
}

// A plugin can list all bindings of a container; InversifyJS 7.0 has no plugins yet.
const IS_PLUGIN: unique symbol = Symbol.for('@inversifyjs/plugin/isPlugin');

interface PluginContext {
  readonly bindingService: { getNonParentBindings(token: unknown): Iterable<Binding> | undefined };
}

function createBindingReader(container: Container): ((token: ServiceIdentifier) => readonly Binding[]) | undefined {
  let bindingsOf: ((token: ServiceIdentifier) => readonly Binding[]) | undefined;
  class BindingReader {
    readonly [IS_PLUGIN] = true;
    constructor(_container: Container, { bindingService }: PluginContext) {
      bindingsOf = (token) => [...(bindingService.getNonParentBindings(token) ?? [])];
    }
    load(): void {
      // Reads only.
    }
  }
  (container as { register?: (plugin: unknown) => void }).register?.(BindingReader);
  return bindingsOf;
}

function assertUnconditional(token: ServiceIdentifier, binding: Binding): void {
  const request = { serviceIdentifier: token, name: undefined, tags: new Map(), getAncestor: () => parentRequest };
  if (binding.isSatisfiedBy(request)) return;
  const name = (token as symbol).description?.replace('gradclip:', '') ?? '';
  throw new ClippingError(
    'bad-spec',
    `\`TOKENS.${name}\` has a binding with a name, a tag or a condition, which a registry cannot contain. ` +
      'Remove these; the registry finds it by its id.',
  );
}

const parentRequest = {
  serviceIdentifier: TOKENS.StrategyRegistry,
  name: undefined,
  tags: new Map(),
  getAncestor: (): undefined => undefined,
};
