import type { ClippingStrategy } from './contract.ts';
import { ClippingError, formatValue } from './errors.ts';
import { toPlainData } from './plain.ts';

/**
 * Throws unless a value is a strategy.
 *
 * @param call - The call and argument, for the message.
 * @throws ClippingError `bad-option` for options that contain themselves; `bad-spec` otherwise, with a hint where a factory or a spec was given.
 */
export function assertStrategy(call: string, value: unknown): asserts value is ClippingStrategy {
  const strategy = (value ?? {}) as Partial<ClippingStrategy>;
  if (typeof strategy.clip === 'function' && typeof strategy.init === 'function') {
    // Cycles would never end wherever options are searched or saved.
    toPlainData('strategy.options', strategy.options);
    return;
  }
  let hint = ' Pass one from `gradclip/strategies`, such as `globalNorm({ maxNorm: 1 })`.';
  if (typeof value === 'function') hint = ' Call the factory first, as in `globalNorm({ maxNorm: 1 })`.';
  else if (typeof strategy.id === 'string') hint = ' Create a strategy from a spec with `registry.create(spec)`.';
  throw new ClippingError('bad-spec', `\`${call}\` takes a strategy; received ${formatValue(value)}.${hint}`);
}
