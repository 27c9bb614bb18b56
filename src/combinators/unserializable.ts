import { ClippingError } from '../core/errors.ts';

/**
 * Options that hold a function: they work, and throw `not-serializable` when something converts them to JSON.
 *
 * Most strategies are never saved, so making one with a function is no error.
 */
export function unserializable(
  options: Readonly<Record<string, unknown>>,
  reason: string,
): Readonly<Record<string, unknown>> {
  const toJSON = (): never => {
    throw new ClippingError('not-serializable', reason);
  };
  // Not enumerable, so that listing the options shows only what the caller set.
  return Object.freeze(Object.defineProperty({ ...options }, 'toJSON', { value: toJSON, enumerable: false }));
}
