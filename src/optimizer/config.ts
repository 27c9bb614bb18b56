import { serialization, type Optimizer } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import type { ClippingStrategy } from '../core/contract.ts';
import { ClippingError, shown } from '../core/errors.ts';
import { asJson } from '../core/json.ts';
import { specOf } from '../combinators/combinator.ts';
import { strategyFromSaved } from './loading.ts';
import type { ClipOptions } from './options.ts';

/**
 * The settings of a wrapper, as a saved model holds them.
 *
 * @category Optimizer
 */
export interface ClippingConfig extends serialization.ConfigDict {
  /** The class of the inner optimizer. */
  readonly innerClassName: string;
  /** Its settings. */
  readonly innerConfig: serialization.ConfigDict;
  /** Strategy, options and the order of the variables, as JSON without underscores. */
  readonly clipping: string;
}

// What the options themselves and the strategy's spec must be is said, better, where they are used.
const saved = v.object({
  strategy: v.unknown(),
  options: v.record(v.string(), v.unknown()),
  order: v.array(v.string()),
});

/** The settings to save. */
export function configOf(
  inner: Optimizer,
  strategy: ClippingStrategy,
  { onNonFinite, maxConsecutiveNonFinite, warnings, window }: ClipOptions,
  order: readonly string[],
): ClippingConfig {
  const options = { onNonFinite, maxConsecutiveNonFinite, warnings, window };
  return {
    innerClassName: inner.getClassName(),
    innerConfig: inner.getConfig(),
    clipping: withoutUnderscores(asJson({ strategy: specOf(strategy), options, order })),
  };
}

/**
 * What a saved config stands for.
 *
 * @throws ClippingError `bad-spec` when it is not one of ours, `unknown-strategy` when its strategy is not known here.
 */
export function revived(config: unknown): {
  inner: Optimizer;
  strategy: ClippingStrategy;
  options: ClipOptions;
  order: readonly string[];
} {
  const { innerClassName, innerConfig, clipping } = (config ?? {}) as Partial<ClippingConfig>;
  if (innerClassName === undefined || innerConfig === undefined || typeof clipping !== 'string') {
    throw new ClippingError('bad-spec', `These are not the settings of a saved ClippedOptimizer: ${shown(config)}.`);
  }
  const { strategy, options, order } = settingsIn(
    clipping,
    saved,
    'ClippedOptimizer',
    '`strategy`, `options` and `order`',
  );
  return {
    inner: innerFrom(innerClassName, innerConfig),
    strategy: strategyFromSaved(strategy),
    options: numbersRestored(options),
    order,
  };
}

/**
 * What a wrapper of this class wrote of itself, read back.
 *
 * @throws ClippingError `bad-spec` when it is no JSON, or does not hold what it should.
 */
export function settingsIn<Settings>(
  text: string,
  schema: v.GenericSchema<Settings>,
  className: string,
  what: string,
): Settings {
  const damaged = (how: string, cause?: unknown): ClippingError =>
    new ClippingError('bad-spec', `The settings of the saved ${className} are damaged: ${how}.`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged('they are no JSON', cause);
  }
  if (!v.is(schema, json)) throw damaged(`they must hold ${what}`);
  return json;
}

/**
 * The optimizer inside a saved wrapper.
 *
 * @throws ClippingError `bad-spec` when tfjs does not know its class.
 */
export function innerFrom(className: string, config: serialization.ConfigDict): Optimizer {
  const entry = serialization.SerializationMap.getMap().classNameMap[className];
  if (entry === undefined) {
    throw new ClippingError(
      'bad-spec',
      `The saved optimizer wraps \`${className}\`, which tfjs does not know; register its class first.`,
    );
  }
  const [constructor, fromConfig] = entry;
  return fromConfig(constructor, config) as Optimizer;
}

/**
 * The same JSON without underscores: on loading, tfjs camel-cases every string that has one, so `my_lstm_1` would come
 * back as `myLstm1`.
 */
export function withoutUnderscores(json: string): string {
  return json.replaceAll('_', '\\u005f');
}

function numbersRestored(options: Record<string, unknown>): ClipOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, value === 'Infinity' ? Infinity : value]),
  );
}
