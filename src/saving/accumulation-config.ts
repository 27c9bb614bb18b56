import type { Optimizer, serialization } from '@tensorflow/tfjs-core';
import { createInner, escapeUnderscores, isOrder, notAConfig, parseSaved } from './config.ts';

/**
 * The config of an {@link AccumulatedOptimizer} in a saved model.
 *
 * @category Combinators
 */
export interface AccumulationConfig extends serialization.ConfigDict {
  /** The class of the inner optimizer. */
  readonly innerClassName: string;
  /** The config of the inner optimizer. */
  readonly innerConfig: serialization.ConfigDict;
  /** Steps and the order of the variables, as JSON without underscores. */
  readonly accumulation: string;
}

/** The JSON in {@link AccumulationConfig.accumulation}; the constructor checks `steps`. */
interface Saved {
  readonly steps: number;
  readonly order: readonly string[];
}

function isSaved(json: Partial<Saved>): json is Saved {
  return typeof json.steps === 'number' && isOrder(json.order);
}

/** The config to save. */
export function toAccumulationConfig(inner: Optimizer, saved: Saved): AccumulationConfig {
  const innerConfig = inner.getConfig();
  return {
    ...innerConfig,
    innerClassName: inner.getClassName(),
    innerConfig,
    accumulation: escapeUnderscores(JSON.stringify(saved)),
  };
}

/**
 * Validates the config of a saved optimizer and creates its inner one.
 *
 * @throws ClippingError `bad-spec` when it is not such a config.
 */
export function parseAccumulationConfig(config: unknown): Saved & { readonly inner: Optimizer } {
  const { innerClassName, innerConfig, accumulation } = Object(config) as Partial<AccumulationConfig>;
  if (typeof innerClassName !== 'string' || innerConfig === undefined || typeof accumulation !== 'string') {
    throw notAConfig('AccumulatedOptimizer', config);
  }
  const saved = parseSaved(accumulation, isSaved, 'AccumulatedOptimizer', '`steps` and `order`');
  return { ...saved, inner: createInner(innerClassName, innerConfig) };
}
