import { readFileSync, statSync } from 'node:fs';
import { LabError } from '../../errors.ts';
import { decodeText } from './decode-text.ts';

/** The largest text file. A text takes up to 7 bytes for each byte of its file while it is read, and 4 afterwards. */
const MAX_TEXT_BYTES = 200_000_000;

/** Reads a text file from `--data`; throws a LabError if it is no text or too large. */
export function readTextFile(file: string, expected: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  // Threads read the data again, which a pipe does not allow.
  if (stats && !stats.isFile() && !stats.isDirectory())
    throw new LabError(`--data ${file} is a pipe or a device. Save its content in a file.`);
  const size = stats?.size ?? 0;
  if (size > MAX_TEXT_BYTES) {
    const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
    throw new LabError(
      `--data ${file} has ${megabytes(size)} MB. At most ${megabytes(MAX_TEXT_BYTES)} MB are allowed. Use a part of it: head -c ${MAX_TEXT_BYTES} FILE > NEW`,
    );
  }
  const bytes = readFileBytes(file, expected);
  if (bytes.length === 0) throw new LabError(`--data ${file} is empty. Expected ${expected}.`);
  try {
    return decodeText(bytes);
  } catch (error) {
    const { message } = error as Error;
    throw new LabError(
      `--data ${file} ${message}${message.startsWith('is not a text file') ? ` Expected ${expected}.` : ''}`,
    );
  }
}

/** Reads a file from `--data`; throws a LabError if it cannot be read. */
export function readFileBytes(file: string, expected: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LabError(`--data ${file} cannot be read: ${describeSystemError(error)}. Expected ${expected}.`);
  }
}

/** Describes an error of the file system in words, without its code and path. */
export function describeSystemError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return SYSTEM_ERRORS[code ?? ''] ?? message;
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};
