import { ClippingError } from '../core/errors.ts';

/**
 * Options that work, and refuse to become JSON: those that hold a function, which no file can keep.
 *
 * The refusal waits until something is saved, since most strategies never are.
 */
export function unserializable(
  options: Readonly<Record<string, unknown>>,
  reason: string,
): Readonly<Record<string, unknown>> {
  const toJSON = (): never => {
    throw new ClippingError('not-serializable', reason);
  };
  // Hidden, so that the options still list as what was given.
  return Object.freeze(Object.defineProperty({ ...options }, 'toJSON', { value: toJSON, enumerable: false }));
}
