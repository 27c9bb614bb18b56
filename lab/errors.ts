/**
 * A mistake that the person at the command line can mend: its message says what came, what was expected, and what to try.
 */
export class LabError extends Error {
  override readonly name = 'LabError';
}
