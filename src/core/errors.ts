/**
 * The codes of {@link ClippingError}, which programs can test for.
 *
 * | code | meaning |
 * |---|---|
 * | `bad-option`, `unknown-option` | an option is out of range, or has an unknown name |
 * | `bad-spec` | a strategy, a factory or a spec is invalid |
 * | `unknown-strategy`, `duplicate-id` | an id is missing from the registry, or registered twice |
 * | `not-an-optimizer` | the object to wrap is not a tfjs optimizer |
 * | `second-tfjs` | two copies of tfjs are loaded, and the argument belongs to the one that gradclip does not use |
 * | `bad-gradients`, `unknown-variable` | a gradient has a different shape from its variable, or no variable has its name |
 * | `non-finite` | gradients had NaN or Infinity: once with `'throw'`, otherwise too many times in a row |
 * | `strategy-fault` | a strategy threw, or returned other names or shapes than it received |
 * | `bad-state` | loaded state belongs to something else, or the object was disposed |
 * | `not-serializable` | an optimizer cannot be saved, or a strategy contains a function |
 * | `not-recurrent`, `not-fusable` | there is no recurrent layer, or none that can be fused |
 * | `already-built`, `not-built` | a layer already has its weights, or a model has none yet |
 * | `no-backend` | no backend is registered, or the wasm backend to repair is not |
 * | `no-tfjs` | a page loaded `gradclip.min.js` before TensorFlow.js, or with a TensorFlow.js that is too old |
 * | `missing-script` | a page uses `gradclip.recurrent` or `gradclip.clippingLogs` without `gradclip.layers.min.js`, or loads that file without `gradclip.min.js` of its version |
 * | `broken-law` | a strategy under test breaks a law, or differs from its oracle |
 *
 * @category Errors
 */
export type ClippingErrorCode =
  | 'already-built'
  | 'bad-gradients'
  | 'bad-option'
  | 'bad-spec'
  | 'bad-state'
  | 'broken-law'
  | 'duplicate-id'
  | 'missing-script'
  | 'no-backend'
  | 'no-tfjs'
  | 'non-finite'
  | 'not-an-optimizer'
  | 'not-built'
  | 'not-fusable'
  | 'not-recurrent'
  | 'not-serializable'
  | 'second-tfjs'
  | 'strategy-fault'
  | 'unknown-option'
  | 'unknown-strategy'
  | 'unknown-variable';

/**
 * The class of all errors that this library throws.
 *
 * Its message names the call, the rule and the received value. Its {@link code} is stable.
 *
 * @category Errors
 */
export class ClippingError extends Error {
  /** Always `ClippingError`. */
  override readonly name = 'ClippingError';
  /** The kind of error. It stays the same between versions. */
  readonly code: ClippingErrorCode;

  /** Creates an error with a stable code and a readable message. */
  constructor(code: ClippingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether a thrown value is a {@link ClippingError} of any copy of this package. */
export function isClippingError(thrown: unknown): thrown is ClippingError {
  return thrown instanceof Error && thrown.name === 'ClippingError';
}

// Longer values are truncated in messages.
const MAX_LENGTH = 80;
// Of more names than this, a message lists only the first.
const MAX_NAMES = 8;
// An object with more values than this is only called an object.
const MAX_VALUES = 1000;

/** Formats any value for a message on one short line. It never throws. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `"${truncate(value)}"`;
  if (typeof value === 'function') return 'a function';
  if (value instanceof Promise) return 'a promise; put `await` before it';
  if (typeof value === 'object') {
    try {
      let left = MAX_VALUES;
      const start: unknown = Array.isArray(value) ? value.slice(0, MAX_LENGTH) : value;
      const text = JSON.stringify(start, (_, item: unknown) => {
        // A huge object takes too long to format only to be truncated.
        if (left-- <= 0) throw new RangeError();
        return item;
      });
      return truncate(text ?? 'an object');
    } catch {
      return 'an object';
    }
  }
  return truncate(String(value));
}

/** Formats a name as code for a message, truncated if it is long. */
export function inBackticks(name: string): string {
  return `\`${truncate(name)}\``;
}

/** Lists names as code for a message. */
export function listInBackticks(names: readonly string[]): string {
  return names.map(inBackticks).join(', ');
}

/** Lists names for a message; of more than eight, only the first. */
export function listNames(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).map(truncate).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** The message of a thrown value, which need not be an error. It never throws. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : formatValue(thrown);
}

/** Cuts a text that is too long for a message. */
export function truncate(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text;
}
