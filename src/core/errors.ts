/**
 * What went wrong, as a word that programs can test for.
 *
 * | code | says that |
 * |---|---|
 * | `bad-option`, `unknown-option` | an option is out of its range, or there is none of that name |
 * | `bad-spec` | something given as a strategy, a factory or its JSON is none |
 * | `unknown-strategy`, `duplicate-id` | an id is not in the registry, or is there twice |
 * | `not-an-optimizer` | what is to be wrapped is no tfjs optimizer |
 * | `second-tfjs` | two copies of tfjs are loaded, and what was given is of the other one |
 * | `bad-gradients`, `unknown-variable` | gradients have other shapes than their variables, or no variable has their name |
 * | `non-finite` | gradients held NaN or Infinity, once with `'throw'`, else too many times in a row |
 * | `strategy-fault` | a strategy threw, or answered other names or shapes than it was given |
 * | `bad-state` | memory that was loaded is that of something else, or the object was disposed |
 * | `not-serializable` | an optimizer, or a strategy with a function in it, cannot be saved |
 * | `not-recurrent`, `not-fusable` | there is no recurrent layer, or none of a kind that can be fused |
 * | `already-built`, `not-built` | a layer has its weights already, or a model has none yet |
 * | `no-backend` | the wasm backend that is to be repaired is not registered |
 * | `broken-law` | a strategy under test does not keep a law, or differs from its oracle |
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
  | 'no-backend'
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
 * The one error of this library.
 *
 * Its message names the call, the rule, and what came instead; its {@link code} is stable.
 *
 * @category Errors
 */
export class ClippingError extends Error {
  /** Always `ClippingError`. */
  override readonly name = 'ClippingError';
  /** What went wrong, as a word that programs can test for. */
  readonly code: ClippingErrorCode;

  /** Makes an error with a stable code and a message for people. */
  constructor(code: ClippingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

// No longer is a value in a message.
const LONGEST = 80;
// Of what holds more values than this, a message says only that it is an object.
const MOST_SHOWN = 1000;

/** Renders any value for a message: short, on one line, and never throwing. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `"${truncate(value)}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') {
    try {
      let left = MOST_SHOWN;
      const beginning: unknown = Array.isArray(value) ? value.slice(0, LONGEST) : value;
      const text = JSON.stringify(beginning, (_, one: unknown) => {
        // What stands for more than anybody would read may stand for more than there is time to write.
        if (left-- <= 0) throw new RangeError();
        return one;
      });
      return truncate(text ?? 'an object');
    } catch {
      return 'an object';
    }
  }
  return truncate(String(value));
}

/** A name as code, for a message: short, whatever it is. */
export function inBackticks(name: string): string {
  return `\`${truncate(name)}\``;
}

/** Why something failed, by what it threw; never throwing itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : formatValue(thrown);
}

/** The beginning of a text that is too long for a message. */
export function truncate(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
