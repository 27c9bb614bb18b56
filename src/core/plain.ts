import { ClippingError, messageOf, formatValue } from './errors.ts';

// No options and no spec come near these; what goes beyond is refused before it takes time and memory.
const MOST_VALUES = 100_000;
const DEEPEST = 200;

/**
 * What a caller handed in, copied to plain objects and lists that hold no surprises.
 *
 * Getters and proxies are asked here, once. What is neither a plain object nor a list, such as a function or a `Map`,
 * is handed on as it is.
 *
 * @param call - Names the call in the message.
 * @throws ClippingError `bad-option` for what cannot be read, holds itself, or is beyond all measure.
 */
export function toPlainData(call: string, given: unknown): unknown {
  let left = MOST_VALUES;
  const copy = (value: unknown, depth: number): unknown => {
    if (left-- <= 0 || depth > DEEPEST) {
      throw new RangeError(`it holds more than ${MOST_VALUES} values or ${DEEPEST} levels, or itself.`);
    }
    // By place: a list may have an iterator of its own, and need not end.
    if (Array.isArray(value)) return Array.from({ length: value.length }, (_, place) => copy(value[place], depth + 1));
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copy(one, depth + 1)]));
  };
  return rejectUnreadable(call, () => copy(given, 0));
}

/**
 * The options of a call, as {@link toPlainData} copies them.
 *
 * @throws ClippingError `bad-option` for what is no plain object, too.
 */
export function toPlainOptions(call: string, given: unknown): Readonly<Record<string, unknown>> {
  const options = toPlainData(call, given);
  if (isPlainObject(options)) return options as Readonly<Record<string, unknown>>;
  throw new ClippingError('bad-option', `\`${call}\` takes its options as one object; received ${formatValue(given)}.`);
}

/** Looks at what a caller handed in; whatever it throws at that is wrong with it. */
export function rejectUnreadable<Result>(call: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ClippingError) throw cause;
    throw new ClippingError('bad-option', `\`${call}\` was given something that cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Whether something is an object such as JSON has. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // An object of another window has another `Object`, whose prototype has none either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
