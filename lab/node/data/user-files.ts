import { readFileSync } from 'node:fs';
import { LabError } from '../../errors.ts';

/** Reads a text file from `--data`; throws a LabError if it is not UTF-8 text. */
export function readTextFile(file: string, expected: string): string {
  const bytes = readFileBytes(file, expected);
  if (bytes.length === 0) throw new LabError(`--data ${file} is empty. Expected ${expected}.`);
  if (bytes.includes(0)) throw new LabError(`--data ${file} is not a text file. Expected ${expected}.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LabError(`--data ${file} is not UTF-8. Convert it, for example: iconv -f latin1 -t utf-8 FILE > NEW`);
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
