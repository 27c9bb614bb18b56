import { serialization } from '@tensorflow/tfjs-core';
import { type Combinator, combinatorsInUse } from '../combinators/combinator.ts';
import type { ClippingStrategy, StrategySpec } from '../core/contract.ts';
import { factoriesInUse, type AnyStrategyFactory } from '../core/define.ts';
import { ClippingError } from '../core/errors.ts';
import { StrategyRegistry } from '../registry/registry.ts';

const named = new Map<string, AnyStrategyFactory>();
let namedCombinators: readonly Combinator[] = [];

/** Names factories and combinators that saved models may use. */
export function registerForLoading(factories: Iterable<AnyStrategyFactory>, combinators: readonly Combinator[]): void {
  for (const factory of factories) named.set(factory.id, factory);
  namedCombinators = combinators;
}

/** Tells tfjs of a class that saved models name. */
export function registerOnce(optimizer: Parameters<typeof serialization.registerClass>[0]): void {
  if (optimizer.className in serialization.SerializationMap.getMap().classNameMap) return;
  serialization.registerClass(optimizer);
}

/**
 * Makes the strategy of a saved model, from those made in this process and those named for loading.
 *
 * @throws ClippingError `unknown-strategy` when it is among neither.
 */
export function strategyFromSaved(spec: unknown): ClippingStrategy {
  const known = new Map([...factoriesInUse(), ...named]);
  try {
    return new StrategyRegistry(known.values(), [...combinatorsInUse(), ...namedCombinators]).create(
      spec as StrategySpec,
    );
  } catch (error) {
    if (!(error instanceof ClippingError) || error.code !== 'unknown-strategy') throw error;
    throw new ClippingError(
      'unknown-strategy',
      `The saved model was trained with a strategy that is not known here. ${error.message} ` +
        'Call `enableLoading(allStrategies)` with the shelf or registry that has it before loading.',
      { cause: error },
    );
  }
}
