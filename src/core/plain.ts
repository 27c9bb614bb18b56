import { mapValues } from './entries.ts';
import { ClippingError, formatValue } from './errors.ts';

const MAX_VALUES = 100_000;
const MAX_DEPTH = 200;

/**
 * Copies plain objects and arrays deeply. Everything else, such as a function or a `Map`, is passed through.
 *
 * @param call - The call that the error message names.
 * @throws ClippingError `bad-option` if the data contains itself, or has more than 100,000 values or 200 levels.
 */
export function toPlainData(call: string, data: unknown): unknown {
  let values = 0;
  const copy = (value: unknown, parents: readonly unknown[]): unknown => {
    values += 1;
    if (parents.includes(value)) {
      throw new ClippingError(
        'bad-option',
        `\`${call}\` takes data without cycles; received an object that contains itself.`,
      );
    }
    if (values > MAX_VALUES || parents.length > MAX_DEPTH) {
      throw new ClippingError(
        'bad-option',
        `\`${call}\` takes at most ${MAX_VALUES} values and ${MAX_DEPTH} levels; received more.`,
      );
    }
    const path = [...parents, value];
    if (Array.isArray(value)) return Array.from(value, (item) => copy(item, path));
    if (!isPlainObject(value)) return value;
    return mapValues(value as Readonly<Record<string, unknown>>, (item) => copy(item, path));
  };
  return copy(data, []);
}

/**
 * Copies the options of a call as {@link toPlainData} does.
 *
 * @throws ClippingError `bad-option` also if the options are not a plain object.
 */
export function toPlainOptions(call: string, given: unknown): Readonly<Record<string, unknown>> {
  const options = toPlainData(call, given);
  if (isPlainObject(options)) return options as Readonly<Record<string, unknown>>;
  throw new ClippingError('bad-option', `\`${call}\` takes its options as one object; received ${formatValue(given)}.`);
}

/** Whether a value is an object as JSON has it: no array and no instance of a class. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Object.prototype, which differs between windows, is the only prototype without a prototype of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
