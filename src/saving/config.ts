import { serialization, type Optimizer } from '@tensorflow/tfjs-core';
import type { ClippingStrategy } from '../core/contract.ts';
import { ClippingError, inBackticks, formatValue } from '../core/errors.ts';
import { asJson } from '../core/json.ts';
import { isPlainObject, toPlainData, rejectUnreadable } from '../core/plain.ts';
import { specOf } from '../combinators/combinator.ts';
import { strategyFromSaved } from './loading.ts';
import type { ClipOptions } from '../optimizer/options.ts';

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

/** What the text in {@link ClippingConfig.clipping} says. */
interface Saved {
  readonly strategy: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly order: readonly string[];
}

// What the options themselves and the strategy's spec must be is said, better, where they are used.
function isSaved(json: Partial<Saved>): json is Saved {
  return isPlainObject(json.options) && isOrder(json.order);
}

/** Whether these may be names of variables; what every object has, such as `constructor`, tfjs has no variable of. */
export function isOrder(given: unknown): given is readonly string[] {
  return Array.isArray(given) && given.every((name) => typeof name === 'string' && !(name in {}));
}

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
    clipping: escapeUnderscores(asJson({ strategy: specOf(strategy), options, order })),
  };
}

/**
 * What a saved config stands for.
 *
 * @throws ClippingError `bad-spec` when it is not one of ours, `unknown-strategy` when its strategy is not known here.
 */
export function parseConfig(config: unknown): {
  inner: Optimizer;
  strategy: ClippingStrategy;
  options: ClipOptions;
  order: readonly string[];
} {
  const settings: unknown = toPlainData('ClippedOptimizer.fromConfig', config);
  const { innerClassName, innerConfig, clipping } = Object(settings) as Partial<ClippingConfig>;
  if (typeof innerClassName !== 'string' || innerConfig === undefined || typeof clipping !== 'string') {
    throw new ClippingError(
      'bad-spec',
      `These are not the settings of a saved ClippedOptimizer: ${formatValue(config)}.`,
    );
  }
  const what = '`strategy`, `options` and `order`';
  const { strategy, options, order } = settingsIn(clipping, isSaved, 'ClippedOptimizer', what);
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
export function settingsIn<Settings extends object>(
  text: string,
  isSound: (json: Partial<Settings>) => json is Settings,
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
  const settings = Object(json) as Partial<Settings>;
  if (!isSound(settings)) throw damaged(`they must hold ${what}`);
  return settings;
}

/**
 * The optimizer inside a saved wrapper.
 *
 * @throws ClippingError `bad-spec` when tfjs does not know its class, `bad-option` when that cannot read the settings.
 */
export function innerFrom(className: string, config: serialization.ConfigDict): Optimizer {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const known = Object.hasOwn(classNameMap, className) ? classNameMap[className] : undefined;
  if (known === undefined) {
    throw new ClippingError(
      'bad-spec',
      `The saved optimizer wraps ${inBackticks(className)}, which tfjs does not know; register its class first.`,
    );
  }
  const [constructor, fromConfig] = known;
  return rejectUnreadable(`${className}.fromConfig`, () => fromConfig(constructor, config)) as Optimizer;
}

/**
 * The same JSON without underscores: on loading, tfjs camel-cases every string that has one, so `my_lstm_1` would come
 * back as `myLstm1`.
 */
export function escapeUnderscores(json: string): string {
  return json.replaceAll('_', '\\u005f');
}

function numbersRestored(options: Saved['options']): ClipOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, value === 'Infinity' ? Infinity : value]),
  );
}
