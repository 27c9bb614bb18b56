/** What went wrong, as a word that programs can test for. */
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

/** Renders any value for a message: short, on one line, and never throwing. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${shortened(value)}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) {
    try {
      return shortened(JSON.stringify(value) ?? 'an object');
    } catch {
      return 'an object';
    }
  }
  return String(value);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
