import { combinators } from '../combinators/index.ts';
import type { AnyStrategyFactory } from '../core/define.ts';
import { register } from '../core/known.ts';
import { parseEntries } from '../registry/parse-entries.ts';
import type { StrategyRegistry } from '../registry/registry.ts';
import { registerClass } from '../saving/loading.ts';
import { AccumulatedOptimizer } from './accumulated-optimizer.ts';
import { ClippedOptimizer } from './clipped-optimizer.ts';

/**
 * Lets `tf.loadLayersModel` restore models that were saved with a {@link ClippedOptimizer}.
 *
 * A process that has made a strategy can load it without this call. A new process that only loads needs it.
 *
 * @param strategies - A list of strategy factories, such as `allStrategies`, or a registry.
 * @throws ClippingError `bad-spec` or `duplicate-id`, as a {@link StrategyRegistry} does.
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
  const entries = Symbol.iterator in strategies ? parseEntries(strategies).values() : strategies.entries();
  registerClass(ClippedOptimizer);
  registerClass(AccumulatedOptimizer);
  register(...combinators, ...entries);
}
