import type { Optimizer, serialization } from '@tensorflow/tfjs-core';
import { ownValue } from '../core/entries.ts';
import { ClippingError, formatValue } from '../core/errors.ts';
import { isPlainObject } from '../core/plain.ts';
import { storesStateByIndex } from './inner-optimizer.ts';

const NUMERIC: readonly string[] = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'momentum',
  'decay',
  'rho',
  'initialAccumulatorValue',
];

/** What optimizers of other libraries call clipping, in lower case, and the strategy that does it. */
const CLIPPING: Readonly<Record<string, (limit: string) => string>> = {
  clipvalue: (limit) => `\`perValue({ maxAbs: ${limit} })\``,
  clipnorm: (limit) => `\`perVariable({ maxNorm: ${limit} })\`, or \`globalNorm\` for all together`,
  globalclipnorm: (limit) => `\`globalNorm({ maxNorm: ${limit} })\``,
};
const CLIPPING_NAMES = [
  'clipValue',
  'clipvalue',
  'clipNorm',
  'clipnorm',
  'globalClipNorm',
  'globalClipnorm',
  'global_clipnorm',
];

/** The settings of an optimizer by name; empty if it has no config. */
export function settingsOf(inner: Optimizer): serialization.ConfigDict {
  try {
    // Some optimizers have no `getConfig`, although tfjs declares it.
    return (inner.getConfig() as serialization.ConfigDict | undefined) ?? {};
  } catch {
    return {};
  }
}

/**
 * Checks the settings of an inner optimizer, which tfjs does not: an object instead of a number makes each step NaN.
 *
 * @throws ClippingError `bad-option` for a setting of a tfjs optimizer that is not a finite number. Settings of other
 *   optimizers may have other types, but not be NaN, nor an object where tfjs has a number.
 */
export function assertSettings(call: string, inner: Optimizer): void {
  const isOfTfjs = storesStateByIndex(inner);
  for (const [name, value] of Object.entries(settingsOf(inner))) {
    const isNumeric = NUMERIC.includes(name);
    if (isOfTfjs && isNumeric ? Number.isFinite(value) : !Number.isNaN(value) && !(isNumeric && isPlainObject(value)))
      continue;
    const options = isPlainObject(value) ? Object.entries(value) : [];
    const strategies = options.flatMap(([option, limit]) => strategyFor(option, limit) ?? []);
    throw new ClippingError(
      'bad-option',
      `\`${call}\`: \`${name}\` of ${inner.getClassName()} must be a number; received ${formatValue(value)}.` +
        (options.length > 0 ? ' Pass numbers, as in `tf.train.adam(1e-3)`.' : '') +
        strategies.map((strategy) => ` To clip, use the strategy ${strategy}.`).join(''),
    );
  }
}

/**
 * Lets programs read and set the settings of `inner` on its wrapper, as on the optimizer without a wrapper, and warns when
 * a program sets an option that would clip in another library.
 */
export function forwardSettings(wrapper: Optimizer, inner: Optimizer): void {
  const fields = inner as unknown as Record<string, unknown>;
  for (const name of Object.keys(settingsOf(inner))) {
    if (name in wrapper) continue;
    Object.defineProperty(wrapper, name, {
      configurable: true,
      get: () => (name in fields ? fields[name] : settingsOf(inner)[name]),
      set: (value: unknown) => {
        fields[name] = value;
      },
    });
  }
  for (const name of CLIPPING_NAMES) {
    if (name in wrapper) continue;
    Object.defineProperty(wrapper, name, {
      configurable: true,
      set: (value: unknown) => {
        Object.defineProperty(wrapper, name, { value, writable: true });
        console.warn(
          `gradclip: \`optimizer.${name}\` has no effect. To clip, use the strategy ${strategyFor(name, value) ?? ''}.`,
        );
      },
    });
  }
}

function strategyFor(option: string, limit: unknown): string | undefined {
  const name = option.toLowerCase().replaceAll('_', '');
  return ownValue(CLIPPING, name)?.(formatValue(limit));
}
