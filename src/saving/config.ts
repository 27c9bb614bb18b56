import { serialization, type Optimizer } from '@tensorflow/tfjs-core';
import type { ClippingStrategy } from '../core/contract.ts';
import { mapValues, ownValue } from '../core/entries.ts';
import { ClippingError, formatValue, inBackticks, messageOf } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import { isPlainObject } from '../core/plain.ts';
import { specOf } from '../registry/spec.ts';
import { strategyFromSaved } from './loading.ts';

/**
 * The config of a clipped optimizer in a saved model.
 *
 * @category Optimizer
 */
export interface ClippingConfig extends serialization.ConfigDict {
  /** The class of the inner optimizer. */
  readonly innerClassName: string;
  /** The config of the inner optimizer. */
  readonly innerConfig: serialization.ConfigDict;
  /** Strategy, options and order of the variables, as JSON without underscores. */
  readonly clipping: string;
}

/** The JSON in {@link ClippingConfig.clipping}. */
interface SavedClipping {
  readonly strategy: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly order: readonly string[];
}

// The strategy and the options are checked where they are used, with better messages.
function isSavedClipping(json: Partial<SavedClipping>): json is SavedClipping {
  return isPlainObject(json.options) && isOrder(json.order);
}

/** Whether a value is a list of different variable names. */
export function isOrder(value: unknown): value is readonly string[] {
  // A name such as `constructor` would collide with Object.prototype when names become keys.
  if (!Array.isArray(value) || new Set(value).size < value.length) return false;
  return value.every((name) => typeof name === 'string' && !(name in {}));
}

/** The config to save; options that are functions are left out. */
export function toConfig(
  inner: Optimizer,
  strategy: ClippingStrategy,
  options: object,
  order: readonly string[],
): ClippingConfig {
  const innerConfig = inner.getConfig();
  return {
    // Programs read settings such as `learningRate` from the config of any optimizer.
    ...innerConfig,
    innerClassName: inner.getClassName(),
    innerConfig,
    clipping: escapeUnderscores(toJson({ strategy: specOf(strategy), options, order })),
  };
}

/**
 * Validates the config of a saved clipped optimizer and creates its parts.
 *
 * @throws ClippingError `bad-spec` when it is not such a config, `unknown-strategy` when its strategy is not registered.
 */
export function parseConfig(config: unknown): {
  inner: Optimizer;
  strategy: ClippingStrategy;
  options: Readonly<Record<string, unknown>>;
  order: readonly string[];
} {
  const { innerClassName, innerConfig, clipping } = Object(config) as Partial<ClippingConfig>;
  if (typeof innerClassName !== 'string' || innerConfig === undefined || typeof clipping !== 'string') {
    throw notAConfig('ClippedOptimizer', config);
  }
  const contents = '`strategy`, `options` and `order`';
  const { strategy, options, order } = parseSaved(clipping, isSavedClipping, 'ClippedOptimizer', contents);
  return {
    inner: createInner(innerClassName, innerConfig),
    strategy: strategyFromSaved(strategy),
    options: mapValues(options, (value) => (value === 'Infinity' ? Infinity : value)),
    order,
  };
}

/** The error for a value that is not the config of a saved wrapper. */
export function notAConfig(className: string, value: unknown): ClippingError {
  return new ClippingError(
    'bad-spec',
    `\`${className}.fromConfig\` takes the config of a saved ${className}; received ${formatValue(value)}.`,
  );
}

/**
 * Parses the JSON text in the config of a saved wrapper.
 *
 * @throws ClippingError `bad-spec` when it is not JSON or lacks an entry.
 */
export function parseSaved<Saved extends object>(
  text: string,
  isValid: (json: Partial<Saved>) => json is Saved,
  className: string,
  contents: string,
): Saved {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(className, 'it is not JSON.', cause);
  }
  const saved = Object(json) as Partial<Saved>;
  if (!isValid(saved)) throw damaged(className, `it needs ${contents}.`);
  return saved;
}

/**
 * Creates the inner optimizer of a saved wrapper.
 *
 * @throws ClippingError `bad-spec` when tfjs does not know its class, or its class refuses the config.
 */
export function createInner(className: string, config: serialization.ConfigDict): Optimizer {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const known = ownValue(classNameMap, className);
  if (known === undefined) {
    throw new ClippingError(
      'bad-spec',
      `The saved optimizer wraps ${inBackticks(className)}, a class that tfjs does not know; ` +
        'register it with `tf.serialization.registerClass` first.',
    );
  }
  const [constructor, fromConfig] = known;
  try {
    return fromConfig(constructor, config) as Optimizer;
  } catch (cause) {
    throw damaged(className, messageOf(cause), cause);
  }
}

function damaged(className: string, how: string, cause?: unknown): ClippingError {
  return new ClippingError('bad-spec', `The saved config of ${inBackticks(className)} is damaged: ${how}`, { cause });
}

/** Escapes underscores: on loading, tfjs camel-cases every string with one, so `my_lstm_1` would become `myLstm1`. */
export function escapeUnderscores(json: string): string {
  return json.replaceAll('_', '\\u005f');
}
