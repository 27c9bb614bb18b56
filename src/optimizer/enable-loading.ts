import type { AnyStrategyFactory } from '../core/define.ts';
import { combinators } from '../combinators/index.ts';
import { StrategyRegistry } from '../registry/registry.ts';
import { AccumulatedOptimizer } from './accumulated.ts';
import { ClippedOptimizer } from './clipped-optimizer.ts';
import { registerForLoading, registerOnce } from '../saving/loading.ts';

/**
 * Lets `tf.loadLayersModel` restore models that were saved with a {@link ClippedOptimizer}.
 *
 * Strategies made in this process are known already; a fresh process that only loads must be told where to find them.
 *
 * @param strategies - A shelf, a list of factories of your own, or a registry.
 *
 * @example
 * ```ts
 * import { enableLoading } from 'gradclip';
 * import { allStrategies } from 'gradclip/strategies';
 *
 * enableLoading(allStrategies);
 * ```
 *
 * @category Optimizer
 */
export function enableLoading(strategies: Iterable<AnyStrategyFactory> | StrategyRegistry): void {
  registerOnce(ClippedOptimizer);
  registerOnce(AccumulatedOptimizer);
  registerForLoading(
    strategies instanceof StrategyRegistry ? strategies.ids().map((id) => strategies.get(id)) : strategies,
    combinators,
  );
}
