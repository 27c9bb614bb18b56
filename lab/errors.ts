/** An error that the user can fix. Its message says what was received, what was expected and what to do. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
