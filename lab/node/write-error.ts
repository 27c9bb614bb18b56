import { describeSystemError } from './data/user-files.ts';

/** Thrown if a file in the folder cannot be written. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
}

/** Runs an action that writes a file; throws a WriteError that names the file. */
export function withWriteError<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw toWriteError(path, error);
  }
}

/** Returns the error for a file that cannot be written. */
export function toWriteError(path: string, error: unknown): Error {
  return new WriteError(`${path} cannot be written: ${describeSystemError(error)}.`, { cause: error });
}
